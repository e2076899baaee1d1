#include "litert.h"
/* A text-in .tflite file, open in LiteRT: code points of one text in, the numbers of its first output out. */
struct litert_model {
  LiteRtEnvironment environment;
  LiteRtCompiledModel compiled;
};
int litert_open(struct litert_model *model, const char *path);                       /* 0 where it is open */
int litert_run(struct litert_model *model, const int32_t *codepoints, int length,    /* how many numbers; -1: failed */
               float *numbers, int most);
