import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/** An exported .tflite file: reads labels and contract out of it, and opens only if it answers as it says it must. */
public final class TextModel {
  /** What runs the file: code points of one text in, the numbers of its first output out. */
  public interface Runtime {
    float[] run(int[] codepoints);
  }

  public record Prediction(String label, float score) {}

  private static final long CONTRACT = 2;
  public final List<String> labels;
  public final Map<String, Object> metadata;
  private final Runtime runtime;

  public TextModel(Path file, Runtime runtime) throws IOException {
    this.runtime = runtime;
    try (ZipFile tail = new ZipFile(file.toFile())) { // a zip archive lies behind the model
      var entry = tail.getEntry("keras_i18n.json");
      if (entry == null) throw new IOException("This must be a .tflite file that keras_i18n exported: " + file);
      metadata = Json.object(new String(tail.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
    }
    var task = (String) metadata.get("task");
    if (Json.number(metadata.get("contract")) != CONTRACT || !List.of("text-classification", "text-embedding").contains(task)
        || metadata.containsKey("thresholds") || metadata.containsKey("abstain_below")) {
      throw new IOException("This client reads encoders and classifiers that give each text one label, of contract "
          + CONTRACT + ". Received: " + task + ", contract " + metadata.get("contract") + ".");
    }
    labels = Json.list(metadata.get("labels")).stream().map(String.class::cast).toList();
    double off = replay();
    if (!(off <= Json.number(metadata.get("tolerance")))) {
      throw new IOException("'" + file + "' does not answer as it must on this machine: " + off + " off.");
    }
  }

  /** Scores or a vector of one text, given as Unicode code points. */
  public float[] predict(int[] codepoints) {
    return runtime.run(codepoints.length == 0 ? new int[1] : codepoints);
  }

  /** The best label of a text. */
  public Prediction classify(String text) {
    float[] scores = predict(text.codePoints().toArray());
    int best = 0;
    for (int place = 1; place < scores.length; place++) best = scores[place] > scores[best] ? place : best;
    return new Prediction(labels.get(best), scores[best]);
  }

  /** The largest difference to the golden examples in the file, each run anew. */
  private double replay() {
    double largest = 0;
    for (Object one : Json.list(metadata.get("golden"))) {
      var golden = Json.map(one);
      float[] numbers = predict(Json.list(golden.get("codepoints")).stream().mapToInt(c -> (int) Json.number(c)).toArray());
      var expected = Json.list(golden.get("output"));
      if (numbers.length != expected.size()) return Double.POSITIVE_INFINITY;
      for (int place = 0; place < numbers.length; place++) {
        double off = Math.abs(numbers[place] - Json.number(expected.get(place)));
        largest = off <= largest ? largest : off; // NaN stays
      }
    }
    return largest;
  }
}
