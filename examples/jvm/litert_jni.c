/* Between LiteRt.java and ../c/litert_model.c. */
#include <jni.h>
#include <stdlib.h>

#include "../c/litert_model.h"

enum { MOST_NUMBERS = 1 << 18 };

JNIEXPORT jlong JNICALL Java_i18n_LiteRt_open(JNIEnv *java, jclass class, jstring path) {
  (void)class;
  struct litert_model *model = malloc(sizeof *model);
  const char *name = (*java)->GetStringUTFChars(java, path, NULL);
  int failed = !model || litert_open(model, name);
  (*java)->ReleaseStringUTFChars(java, path, name);
  if (failed) free(model);
  return failed ? 0 : (jlong)model;
}

JNIEXPORT jfloatArray JNICALL Java_i18n_LiteRt_run(JNIEnv *java, jclass class, jlong model, jintArray codepoints) {
  (void)class;
  float *numbers = malloc(MOST_NUMBERS * sizeof *numbers);
  jsize length = (*java)->GetArrayLength(java, codepoints);
  jint *values = (*java)->GetIntArrayElements(java, codepoints, NULL);
  int count = litert_run((struct litert_model *)model, values, length, numbers, numbers ? MOST_NUMBERS : 0);
  (*java)->ReleaseIntArrayElements(java, codepoints, values, JNI_ABORT);
  jfloatArray answer = count < 0 ? NULL : (*java)->NewFloatArray(java, count);
  if (answer) (*java)->SetFloatArrayRegion(java, answer, 0, count, numbers);
  free(numbers);
  return answer;
}

JNIEXPORT jboolean JNICALL Java_i18n_LiteRt_fill(JNIEnv *java, jclass class, jlong model, jstring input, jdouble value) {
  (void)class;
  const char *name = (*java)->GetStringUTFChars(java, input, NULL);
  int failed = litert_fill((struct litert_model *)model, name, value);
  (*java)->ReleaseStringUTFChars(java, input, name);
  return !failed;
}

JNIEXPORT jboolean JNICALL Java_i18n_LiteRt_read(JNIEnv *java, jclass class, jlong model, jstring output) {
  (void)class;
  const char *name = (*java)->GetStringUTFChars(java, output, NULL);
  int failed = litert_read((struct litert_model *)model, name);
  (*java)->ReleaseStringUTFChars(java, output, name);
  return !failed;
}
