#include "litert.h"
enum { MOST_INPUTS = 64, LONGEST_NAME = 64 };
/* One input or output: of what isn't the text one row, every number of which is `first`. */
struct litert_value {
  char name[LONGEST_NAME];
  LiteRtRankedTensorType type;
  double first;
};
/* A text-in .tflite file, open in LiteRT: code points of one text in, the numbers of one of its outputs out. */
struct litert_model {
  LiteRtEnvironment environment;
  LiteRtCompiledModel compiled;
  struct litert_value inputs[MOST_INPUTS], outputs[MOST_INPUTS];
  size_t num_inputs, num_outputs, read;
};
int litert_open(struct litert_model *model, const char *path);                       /* 0 where it is open */
int litert_fill(struct litert_model *model, const char *input, double value);        /* 0 where there is such an input */
int litert_read(struct litert_model *model, const char *output);                     /* 0 where there is such an output */
int litert_run(struct litert_model *model, const int32_t *codepoints, int length,    /* how many numbers; -1: failed */
               float *numbers, int most);
