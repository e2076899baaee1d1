#include "litert_model.h"

#include <string.h>

int litert_open(struct litert_model *model, const char *path) {
  LiteRtModel file;
  LiteRtOptions options;
  if (LiteRtCreateEnvironment(0, NULL, &model->environment)) return 1;
  if (LiteRtCreateModelFromFile(model->environment, path, &file)) return 1;
  if (LiteRtCreateOptions(&options) || LiteRtSetOptionsHardwareAccelerators(options, ON_CPU)) return 1;
  return LiteRtCreateCompiledModel(model->environment, file, options, &model->compiled);
}

int litert_run(struct litert_model *model, const int32_t *codepoints, int length, float *numbers, int most) {
  static const int32_t nothing[1] = {0};
  if (length == 0) codepoints = nothing, length = 1; /* the empty text: one column of padding */
  int sizes[2] = {1, length}, count = -1;
  void *place;
  LiteRtRankedTensorType text = {INT32, {2, false, {1, length}, {0}}}, answer = {FLOAT32, {0}};
  LiteRtTensorBufferRequirements needed;
  LiteRtTensorBuffer input = NULL, output = NULL;

  if (LiteRtCompiledModelResizeInputTensor(model->compiled, 0, 0, sizes, 2)) return -1;
  if (LiteRtGetCompiledModelOutputTensorLayouts(model->compiled, 0, 1, &answer.layout, true)) return -1;
  if (LiteRtGetCompiledModelInputBufferRequirements(model->compiled, 0, 0, &needed) ||
      LiteRtCreateManagedTensorBufferFromRequirements(model->environment, &text, needed, &input))
    return -1;
  if (LiteRtLockTensorBuffer(input, &place, FOR_WRITING)) goto end;
  memcpy(place, codepoints, length * sizeof *codepoints);
  LiteRtUnlockTensorBuffer(input);
  if (LiteRtGetCompiledModelOutputBufferRequirements(model->compiled, 0, 0, &needed) ||
      LiteRtCreateManagedTensorBufferFromRequirements(model->environment, &answer, needed, &output))
    goto end;
  if (LiteRtRunCompiledModel(model->compiled, 0, 1, &input, 1, &output)) goto end;
  if (answer.layout.rank != 2 || answer.layout.dimensions[0] != 1 || answer.layout.dimensions[1] > most) goto end;
  if (LiteRtLockTensorBuffer(output, &place, FOR_READING)) goto end;
  count = answer.layout.dimensions[1];
  memcpy(numbers, place, count * sizeof *numbers);
  LiteRtUnlockTensorBuffer(output);
end:
  if (input) LiteRtDestroyTensorBuffer(input);
  if (output) LiteRtDestroyTensorBuffer(output);
  return count;
}
