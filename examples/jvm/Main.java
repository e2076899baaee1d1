package i18n;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code java -Djava.library.path=build -cp build i18n.Main model.tflite "Wie wird das Wetter morgen?"}. Without texts it reads
 * lines of standard input, each the code points of a text as decimal numbers, and writes for each the milliseconds it took
 * and the file's numbers, as every client beside this one does.
 */
public final class Main {
  public static void main(String[] arguments) throws IOException {
    try (var out = new PrintStream(System.out, false, StandardCharsets.UTF_8)) {
      var file = new File(arguments[0]);
      var model = new TextModel(file, new LiteRt(file));
      for (String text : Arrays.copyOfRange(arguments, 1, arguments.length)) {
        var best = model.classify(text);
        out.println(text + "\t" + best.label() + "\t" + best.score());
      }
      if (arguments.length == 1) answerLines(model, out);
    } catch (IOException | IllegalStateException error) {
      System.err.println("error: " + error.getMessage());
      System.exit(1);
    }
  }

  private static void answerLines(TextModel model, PrintStream out) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      int[] codepoints = Arrays.stream(line.split(" ")).filter(one -> !one.isEmpty()).mapToInt(Integer::parseInt).toArray();
      long begin = System.nanoTime();
      float[] numbers = model.predict(codepoints);
      double milliseconds = (System.nanoTime() - begin) / 1e6;
      out.printf(Locale.ROOT, "%.4f\t%s%n", milliseconds,
          IntStream.range(0, numbers.length).mapToObj(place -> Float.toString(numbers[place])).collect(Collectors.joining(" ")));
    }
  }
}
