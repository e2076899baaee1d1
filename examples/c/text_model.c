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

enum { CONTRACT = 2, MOST_NUMBERS = 1 << 18, MOST_CODEPOINTS = 1 << 14 };
static int32_t codepoints[MOST_CODEPOINTS];
static float numbers[MOST_NUMBERS];
static int generates; /* whether the file is a language model's step */

_Noreturn static void fail(const char *told) {
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

/* Copies the string that begins here, as far as its end quote; names have no escapes. */
static char *name_at(const char *from, char *name) {
  size_t letters = strcspn(from, "\"");
  if (letters >= LONGEST_NAME) fail("a name in the file is too long");
  memcpy(name, from, letters);
  name[letters] = 0;
  return name;
}

/* What a language model takes beside the text, which has read nothing yet: no token, and the first values of its states. */
static void begin_at(struct litert_model *model, char *json) {
  char name[LONGEST_NAME], *state = after(json, "\"states\":["), *end = state ? strchr(state, ']') : NULL;
  if (!end || litert_fill(model, "token_ids", -1)) fail("the file lacks the inputs that it names");
  while ((state = after(state, "{\"input\":\"")) && state < end)
    if (litert_fill(model, name_at(state, name), strtod(after(state, "\"first\":"), NULL)))
      fail("the file lacks the inputs that it names");
}

/* The numbers of one text: scores, a vector, or how probably each token follows. */
static int answer(struct litert_model *model, int length) {
  int count = litert_run(model, codepoints, length, numbers, MOST_NUMBERS);
  for (int place = 0; generates && place < count; place++) numbers[place] = expf(numbers[place]);
  return count;
}

/* The largest difference to the golden examples, each run anew. */
static double replay(struct litert_model *model, char *json) {
  double largest = after(json, "\"golden\":[{") ? 0 : INFINITY;
  for (char *example = json; (example = after(example, "\"codepoints\":["));) {
    int count = answer(model, read_codepoints(example)), place = 0;
    char *told = after(example, "\"output\":["), *token = generates ? after(told, "\"tokens\":[") : NULL;
    for (; told && *told != ']' && place < count; told += *told == ',', place++) {
      double expected = strtod(told, &told);
      long at = token ? strtol(token, &token, 10) : place; /* of a language model, of the best ones to follow */
      if (token && *token == ',') token++;
      if (at < 0 || at >= count) return INFINITY;
      largest = fmax(largest, fabs((generates ? exp(expected) : expected) - numbers[at]));
    }
    if (!told || *told != ']' || (!generates && place != count)) return INFINITY;
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

/* A text with its label, or with the number of the token that follows most probably. */
static void tell(struct litert_model *model, char *labels, char *text) {
  int best = 0, count = answer(model, decode((unsigned char *)text));
  for (int place = 1; place < count; place++) best = numbers[place] > numbers[best] ? place : best;
  if (generates) return (void)printf("%s\ttoken %d\t%g\n", text, best, numbers[best]);
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
  /* LiteRT's C API gives no outputs whose length the numbers decide, as that of a translation is */
  if (after(json, "\"task\":\"to") || after(json, "\"task\":\"tr") || after(json, "\"task\":\"vec") || after(json, "\"thresholds\":{") ||
      after(json, "\"abstain_below\":"))
    fail("this client reads encoders, language models, and classifiers that give each text one label");
  generates = after(json, "\"task\":\"text-g") != NULL;
  struct litert_model model;
  char *output = after(json, "\"outputs\":[\""), name[LONGEST_NAME];
  if (litert_open(&model, argv[1])) fail("LiteRT cannot open the file");
  if (!output || litert_read(&model, name_at(output, name))) fail("the file lacks the output that it names");
  if (generates) begin_at(&model, json);
  double off = replay(&model, json);
  if (!(off <= atof(tolerance))) fprintf(stderr, "%.2g off. ", off), fail("the file does not answer as it must here");
  for (int place = 2; place < argc; place++) tell(&model, labels, argv[place]);
  for (char *line = NULL; argc == 2 && getline(&line, &(size_t){0}, stdin) >= 0; free(line), line = NULL) {
    struct timespec begin, end;
    int length = read_codepoints(line);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int count = answer(&model, length);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (count < 0) fail("LiteRT failed");
    printf("%.4f\t", (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6);
    for (int place = 0; place < count; place++) printf("%s%.9g", place ? " " : "", numbers[place]);
    puts("");
  }
  return 0;
}
