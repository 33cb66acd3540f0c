/* A stand-in for NVIDIA's driver, libcuda.so.1: finds $FAKE_CUDA_DEVICES devices, or fails at its start with the error
   $FAKE_CUDA_ERROR. Tests put its folder into LD_LIBRARY_PATH. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number(const char* name) {
  const char* text = getenv(name);
  return text ? atoi(text) : 0;
}

int cuInit(unsigned flags) {
  (void)flags;
  return number("FAKE_CUDA_ERROR");
}

int cuGetErrorString(int code, const char** text) {
  *text = code == 803 ? "system has unsupported display driver / cuda driver combination" : "unknown error";
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = number("FAKE_CUDA_DEVICES");
  return 0;
}

int cuDeviceGet(int* device, int index) {
  *device = index;
  return 0;
}

int cuDeviceGetName(char* name, int length, int device) {
  snprintf(name, (size_t)length, "Fake GPU %d", device);
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  (void)attribute;
  (void)device;
  *value = 8;
  return 0;
}
