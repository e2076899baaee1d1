/* An exported .tflite file in C: `make -C examples/c`, then `text_model model.tflite "Wie wird das Wetter morgen?"`.
 *
 * Without texts it reads lines of standard input, each the code points of a text as decimal numbers, and writes for each
 * the milliseconds it took and the file's numbers, as every client beside this one does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "litert_model.h"

enum { CONTRACT = 2, MOST_NUMBERS = 1 << 14, MOST_CODEPOINTS = 1 << 14 };
static int32_t codepoints[MOST_CODEPOINTS];
static float numbers[MOST_NUMBERS];

static void fail(const char *told) {
  fprintf(stderr, "error: %s\n", told);
  exit(1);
}

/* A member of the zip archive behind the model, as a string; members are stored as they are. */
static char *member(const unsigned char *data, size_t size, const char *name) {
#define NUMBER(at, bytes) (at[0] | at[1] << 8 | (bytes > 2 ? at[2] << 16 | (size_t)at[3] << 24 : 0))
  const unsigned char *end = data + size, *last = end - 22, *entry, *content;
  while (last > data && memcmp(last, "PK\5\6", 4)) last--;
  for (entry = data + NUMBER((last + 16), 4); entry + 46 < last && !memcmp(entry, "PK\1\2", 4);) {
    size_t length = NUMBER((entry + 20), 4), letters = NUMBER((entry + 28), 2), local = NUMBER((entry + 42), 4);
    if (letters == strlen(name) && !memcmp(entry + 46, name, letters) && local + 30 < size) {
      content = data + local + 30 + NUMBER((data + local + 26), 2) + NUMBER((data + local + 28), 2);
      return content + length <= end ? strndup((const char *)content, length) : NULL;
    }
    entry += 46 + letters + NUMBER((entry + 30), 2) + NUMBER((entry + 32), 2);
  }
  return NULL;
}

/* What follows a key of the JSON. In strings quotes are escaped, so a key is met as a key only. */
static char *after(char *json, const char *key) {
  char *found = json ? strstr(json, key) : NULL;
  return found ? found + strlen(key) : NULL;
}

static int read_codepoints(char *from) {
  int count = 0;
  for (char *next; count < MOST_CODEPOINTS; from = next + (*next == ',')) {
    codepoints[count] = strtol(from, &next, 10);
    if (next == from) break;
    count++;
  }
  return count;
}

/* The largest difference to the golden examples, each run anew. */
static double replay(struct litert_model *model, char *json) {
  double largest = after(json, "\"golden\":[{") ? 0 : INFINITY;
  for (char *example = json; (example = after(example, "\"codepoints\":["));) {
    int count = litert_run(model, codepoints, read_codepoints(example), numbers, MOST_NUMBERS), place = 0;
    for (char *next = after(example, "\"output\":["); next && *next != ']' && place < count; next += *next == ',')
      largest = fmax(largest, fabs(strtod(next, &next) - numbers[place++]));
    if (place != count) return INFINITY;
  }
  return largest;
}

/* Code points of a text in UTF-8. */
static int decode(const unsigned char *text) {
  int count = 0;
  for (; *text && count < MOST_CODEPOINTS; count++) {
    int more = *text < 0xC0 ? 0 : *text < 0xE0 ? 1 : *text < 0xF0 ? 2 : 3;
    for (codepoints[count] = more ? *text++ & 0x3F >> more : *text++; more-- && *text; text++)
      codepoints[count] = codepoints[count] << 6 | (*text & 0x3F);
  }
  return count;
}

static void tell_label(struct litert_model *model, char *labels, char *text) {
  int best = 0, count = litert_run(model, codepoints, decode((unsigned char *)text), numbers, MOST_NUMBERS);
  for (int place = 1; place < count; place++) best = numbers[place] > numbers[best] ? place : best;
  for (int place = best; labels && place; place--) labels = after(labels, "\n");
  printf("%s\t%.*s\t%g\n", text, labels ? (int)strcspn(labels, "\n") : 1, labels ? labels : "?", numbers[best]);
}

int main(int argc, char **argv) {
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file) fail("give a .tflite file that can be read, and texts");
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file);
  unsigned char *data = malloc(size + 1);
  rewind(file);
  if (size < 22 || fread(data, 1, size, file) != size) fail("the file cannot be read");
  char *json = member(data, size, "keras_i18n.json"), *labels = member(data, size, "labels.txt");
  char *contract = after(json, "\"contract\":"), *tolerance = after(json, "\"tolerance\":");
  if (!json || !tolerance) fail("this must be a .tflite file that keras_i18n exported");
  if (!contract || atoi(contract) != CONTRACT) fail("a file of another contract: take the client of its keras_i18n");
  if (after(json, "\"task\":\"to") || after(json, "\"task\":\"text-g") || after(json, "\"thresholds\":{") ||
      after(json, "\"abstain_below\":"))
    fail("this client reads encoders and classifiers that give each text one label");
  struct litert_model model;
  if (litert_open(&model, argv[1])) fail("LiteRT cannot open the file");
  double off = replay(&model, json);
  if (!(off <= atof(tolerance))) fprintf(stderr, "%.2g off. ", off), fail("the file does not answer as it must here");
  for (int place = 2; place < argc; place++) tell_label(&model, labels, argv[place]);
  for (char *line = NULL; argc == 2 && getline(&line, &(size_t){0}, stdin) >= 0; free(line), line = NULL) {
    struct timespec begin, end;
    int length = read_codepoints(line);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int count = litert_run(&model, codepoints, length, numbers, MOST_NUMBERS);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (count < 0) fail("LiteRT failed");
    printf("%.4f\t", (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6);
    for (int place = 0; place < count; place++) printf("%s%.9g", place ? " " : "", numbers[place]);
    puts("");
  }
  return 0;
}
