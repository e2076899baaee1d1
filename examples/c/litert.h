/* The part of LiteRT's C API that these clients call, of version 2.3.0: the wheel ai-edge-litert has the library
 * (libLiteRt.so) and no headers. Another version may differ: `make clients` builds against the pinned one. */
#ifndef KERAS_I18N_LITERT_H
#define KERAS_I18N_LITERT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void *LiteRtEnvironment, *LiteRtModel, *LiteRtOptions, *LiteRtCompiledModel;
typedef void *LiteRtTensorBuffer, *LiteRtTensorBufferRequirements, *LiteRtSignature, *LiteRtTensor;
typedef int LiteRtStatus; /* 0: as wished */
typedef struct {
  unsigned int rank : 7;
  bool has_strides : 1;
  int32_t dimensions[8];
  uint32_t strides[8];
} LiteRtLayout;
typedef struct {
  int32_t element_type;
  LiteRtLayout layout;
} LiteRtRankedTensorType;
enum { FLOAT32 = 1, INT32 = 2, ON_CPU = 1, FOR_READING = 0, FOR_WRITING = 1 };

LiteRtStatus LiteRtCreateEnvironment(int count, const void *options, LiteRtEnvironment *made);
LiteRtStatus LiteRtCreateModelFromFile(LiteRtEnvironment, const char *path, LiteRtModel *made);
LiteRtStatus LiteRtGetModelSignature(LiteRtModel, size_t signature, LiteRtSignature *found);
LiteRtStatus LiteRtGetNumSignatureInputs(LiteRtSignature, size_t *found);
LiteRtStatus LiteRtGetNumSignatureOutputs(LiteRtSignature, size_t *found);
LiteRtStatus LiteRtGetSignatureInputName(LiteRtSignature, size_t input, const char **found);
LiteRtStatus LiteRtGetSignatureOutputName(LiteRtSignature, size_t output, const char **found);
LiteRtStatus LiteRtGetSignatureInputTensorByIndex(LiteRtSignature, size_t input, LiteRtTensor *found);
LiteRtStatus LiteRtGetSignatureOutputTensorByIndex(LiteRtSignature, size_t output, LiteRtTensor *found);
LiteRtStatus LiteRtGetRankedTensorType(LiteRtTensor, LiteRtRankedTensorType *found);
LiteRtStatus LiteRtCreateOptions(LiteRtOptions *made);
LiteRtStatus LiteRtSetOptionsHardwareAccelerators(LiteRtOptions, int accelerators);
LiteRtStatus LiteRtCreateCompiledModel(LiteRtEnvironment, LiteRtModel, LiteRtOptions, LiteRtCompiledModel *made);
LiteRtStatus LiteRtCompiledModelResizeInputTensor(LiteRtCompiledModel, size_t signature, size_t input, const int *sizes,
                                                  size_t rank);
LiteRtStatus LiteRtGetCompiledModelInputBufferRequirements(LiteRtCompiledModel, size_t signature, size_t input,
                                                           LiteRtTensorBufferRequirements *found);
LiteRtStatus LiteRtGetCompiledModelOutputBufferRequirements(LiteRtCompiledModel, size_t signature, size_t output,
                                                            LiteRtTensorBufferRequirements *found);
LiteRtStatus LiteRtGetCompiledModelOutputTensorLayouts(LiteRtCompiledModel, size_t signature, size_t count,
                                                       LiteRtLayout *found, bool update);
LiteRtStatus LiteRtCreateManagedTensorBufferFromRequirements(LiteRtEnvironment, const LiteRtRankedTensorType *,
                                                             LiteRtTensorBufferRequirements, LiteRtTensorBuffer *made);
LiteRtStatus LiteRtLockTensorBuffer(LiteRtTensorBuffer, void **address, int mode);
LiteRtStatus LiteRtUnlockTensorBuffer(LiteRtTensorBuffer);
void LiteRtDestroyTensorBuffer(LiteRtTensorBuffer);
LiteRtStatus LiteRtRunCompiledModel(LiteRtCompiledModel, size_t signature, size_t inputs, LiteRtTensorBuffer *,
                                    size_t outputs, LiteRtTensorBuffer *);
#endif
