package i18n;

import java.io.File;
import java.io.IOException;

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

  private static native long open(String path);

  private static native float[] run(long model, int[] codepoints);
}
