package i18n;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON, which Java itself does not. */
final class Json {
  private final String text;
  private int place;

  private Json(String text) {
    this.text = text;
  }

  static Map<String, Object> object(String text) throws IOException {
    try {
      return map(new Json(text).value());
    } catch (RuntimeException error) {
      throw new IOException("The file's metadata are no JSON: " + error.getMessage(), error);
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  static double number(Object value) {
    return (Double) value;
  }

  private Object value() {
    char first = peek();
    if (first == '{') return members();
    if (first == '[') return items();
    if (first == '"') return string();
    int begin = place;
    while (place < text.length() && ",]} \n".indexOf(text.charAt(place)) < 0) place++;
    String word = text.substring(begin, place);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> Double.valueOf(word);
    };
  }

  private Map<String, Object> members() {
    var found = new LinkedHashMap<String, Object>();
    for (place++; peek() != '}'; skip(',')) {
      String key = string();
      if (!skip(':')) throw new IllegalArgumentException("no colon at " + place);
      found.put(key, value());
    }
    place++;
    return found;
  }

  private List<Object> items() {
    var found = new ArrayList<>();
    for (place++; peek() != ']'; skip(',')) found.add(value());
    place++;
    return found;
  }

  private String string() {
    var found = new StringBuilder();
    for (place++; text.charAt(place) != '"'; place++) {
      char one = text.charAt(place);
      if (one == '\\') {
        one = text.charAt(++place);
        if (one == 'u') {
          one = (char) Integer.parseInt(text.substring(place + 1, place + 5), 16);
          place += 4;
        } else {
          int control = "bfnrt".indexOf(one);
          one = control < 0 ? one : "\b\f\n\r\t".charAt(control);
        }
      }
      found.append(one);
    }
    place++;
    return found.toString();
  }

  private char peek() {
    while (" \n\r\t".indexOf(text.charAt(place)) >= 0) place++;
    return text.charAt(place);
  }

  private boolean skip(char wanted) {
    boolean there = peek() == wanted;
    if (there) place++;
    return there;
  }
}
