#include "litert_model.h"

#include <string.h>

static int describe(struct litert_value *value, const char *name, LiteRtTensor tensor) {
  if (!name || strlen(name) >= LONGEST_NAME) return 1;
  strcpy(value->name, name);
  return LiteRtGetRankedTensorType(tensor, &value->type);
}

/* Names and types of what the file takes and gives. */
static int describe_all(struct litert_model *model, LiteRtModel file) {
  LiteRtSignature signature;
  LiteRtTensor tensor;
  const char *name;
  if (LiteRtGetModelSignature(file, 0, &signature)) return 1;
  if (LiteRtGetNumSignatureInputs(signature, &model->num_inputs) || model->num_inputs > MOST_INPUTS) return 1;
  if (LiteRtGetNumSignatureOutputs(signature, &model->num_outputs) || model->num_outputs > MOST_INPUTS) return 1;
  for (size_t place = 0; place < model->num_inputs; place++)
    if (LiteRtGetSignatureInputName(signature, place, &name) ||
        LiteRtGetSignatureInputTensorByIndex(signature, place, &tensor) || describe(&model->inputs[place], name, tensor))
      return 1;
  for (size_t place = 0; place < model->num_outputs; place++)
    if (LiteRtGetSignatureOutputName(signature, place, &name) ||
        LiteRtGetSignatureOutputTensorByIndex(signature, place, &tensor) ||
        describe(&model->outputs[place], name, tensor))
      return 1;
  return 0;
}

int litert_open(struct litert_model *model, const char *path) {
  LiteRtModel file;
  LiteRtOptions options;
  memset(model, 0, sizeof *model);
  if (LiteRtCreateEnvironment(0, NULL, &model->environment)) return 1;
  if (LiteRtCreateModelFromFile(model->environment, path, &file) || describe_all(model, file)) return 1;
  if (LiteRtCreateOptions(&options) || LiteRtSetOptionsHardwareAccelerators(options, ON_CPU)) return 1;
  return LiteRtCreateCompiledModel(model->environment, file, options, &model->compiled);
}

static struct litert_value *named(struct litert_value *values, size_t count, const char *name) {
  for (size_t place = 0; place < count; place++)
    if (!strcmp(values[place].name, name)) return &values[place];
  return NULL;
}

int litert_fill(struct litert_model *model, const char *input, double value) {
  struct litert_value *found = named(model->inputs, model->num_inputs, input);
  if (found) found->first = value;
  return !found;
}

int litert_read(struct litert_model *model, const char *output) {
  struct litert_value *found = named(model->outputs, model->num_outputs, output);
  if (found) model->read = found - model->outputs;
  return !found;
}

/* A buffer with an input's numbers: the code points, or its first value in one row. NULL: failed. */
static LiteRtTensorBuffer input_of(struct litert_model *model, size_t place, const int32_t *codepoints, int length) {
  struct litert_value *value = &model->inputs[place];
  LiteRtTensorBufferRequirements needed;
  LiteRtTensorBuffer made = NULL;
  int is_text = !strcmp(value->name, "codepoints"), size = is_text ? length : value->type.layout.dimensions[1];
  void *at;
  if (size < 1) size = 1;
  LiteRtRankedTensorType type = {value->type.element_type, {2, false, {1, size}, {0}}};
  if (LiteRtGetCompiledModelInputBufferRequirements(model->compiled, 0, place, &needed) ||
      LiteRtCreateManagedTensorBufferFromRequirements(model->environment, &type, needed, &made) ||
      LiteRtLockTensorBuffer(made, &at, FOR_WRITING))
    return NULL;
  for (int column = 0; column < size; column++) {
    if (type.element_type == INT32) ((int32_t *)at)[column] = is_text ? codepoints[column] : (int32_t)value->first;
    else ((float *)at)[column] = (float)value->first;
  }
  LiteRtUnlockTensorBuffer(made);
  return made;
}

/* Every input has one row; the text as many columns as code points. */
static int resize(struct litert_model *model, int length) {
  for (size_t place = 0; place < model->num_inputs; place++) {
    int columns = model->inputs[place].type.layout.dimensions[1], sizes[2] = {1, columns < 1 ? 1 : columns};
    if (model->inputs[place].type.layout.rank != 2) return 1;
    if (!strcmp(model->inputs[place].name, "codepoints")) sizes[1] = length;
    if (LiteRtCompiledModelResizeInputTensor(model->compiled, 0, place, sizes, 2)) return 1;
  }
  return 0;
}

static int copied(LiteRtTensorBuffer output, const LiteRtRankedTensorType *type, float *numbers, int most) {
  void *at;
  int count = type->layout.dimensions[1];
  if (type->layout.rank != 2 || type->layout.dimensions[0] != 1 || count > most) return -1;
  if (LiteRtLockTensorBuffer(output, &at, FOR_READING)) return -1;
  for (int place = 0; place < count; place++)
    numbers[place] = type->element_type == INT32 ? ((int32_t *)at)[place] : ((float *)at)[place];
  LiteRtUnlockTensorBuffer(output);
  return count;
}

static void destroy(LiteRtTensorBuffer *buffers, size_t count) {
  for (size_t place = 0; place < count; place++)
    if (buffers[place]) LiteRtDestroyTensorBuffer(buffers[place]);
}

int litert_run(struct litert_model *model, const int32_t *codepoints, int length, float *numbers, int most) {
  static const int32_t nothing[1] = {0};
  if (length == 0) codepoints = nothing, length = 1; /* the empty text: one column of padding */
  int count = -1;
  LiteRtLayout layouts[MOST_INPUTS];
  LiteRtTensorBufferRequirements needed;
  LiteRtTensorBuffer inputs[MOST_INPUTS] = {NULL}, outputs[MOST_INPUTS] = {NULL};

  if (resize(model, length)) return -1;
  if (LiteRtGetCompiledModelOutputTensorLayouts(model->compiled, 0, model->num_outputs, layouts, true)) return -1;
  for (size_t place = 0; place < model->num_inputs; place++)
    if (!(inputs[place] = input_of(model, place, codepoints, length))) goto end;
  for (size_t place = 0; place < model->num_outputs; place++) {
    LiteRtRankedTensorType *type = &model->outputs[place].type;
    type->layout = layouts[place];
    if (LiteRtGetCompiledModelOutputBufferRequirements(model->compiled, 0, place, &needed) ||
        LiteRtCreateManagedTensorBufferFromRequirements(model->environment, type, needed, &outputs[place]))
      goto end;
  }
  if (!LiteRtRunCompiledModel(model->compiled, 0, model->num_inputs, inputs, model->num_outputs, outputs))
    count = copied(outputs[model->read], &model->outputs[model->read].type, numbers, most);
end:
  destroy(inputs, model->num_inputs);
  destroy(outputs, model->num_outputs);
  return count;
}
