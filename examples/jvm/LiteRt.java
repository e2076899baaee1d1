package i18n;

import java.io.File;
import java.io.IOException;
import java.util.Map;

/** LiteRT's native library by way of litert_jni.c. On Android its own classes take this place: see examples/android. */
final class LiteRt implements TextModel.Runtime {
  static {
    System.loadLibrary("litert_jni");
  }

  private final long model;

  LiteRt(File file) throws IOException {
    model = open(file.toString());
    if (model == 0) throw new IOException("LiteRT cannot open '" + file + "'.");
  }

  @Override
  public synchronized float[] run(int[] codepoints) { // a model in LiteRT answers one text at a time
    float[] numbers = run(model, codepoints);
    if (numbers == null) throw new IllegalStateException("LiteRT failed.");
    return numbers;
  }

  @Override
  public synchronized void begin(String output, Map<String, Double> firsts) throws IOException {
    boolean there = read(model, output);
    for (var one : firsts.entrySet()) there = there && fill(model, one.getKey(), one.getValue());
    if (!there) throw new IOException("The file lacks inputs or outputs that it names: " + output + ", " + firsts.keySet() + ".");
  }

  private static native long open(String path);

  private static native boolean fill(long model, String input, double value);

  private static native boolean read(long model, String output);

  private static native float[] run(long model, int[] codepoints);
}
