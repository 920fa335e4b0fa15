// A stand-in for CUDA's driver without a device: it says what it is asked for, and computes what the kernel of
// cuda_launch.mlir would, from the parameters as PTX has them. STAND_IN names what fails.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int asks(const char *what) {
  const char *text = getenv("STAND_IN");
  return text && !strcmp(text, what);
}

int cuInit(unsigned flags) { return asks("no-driver") ? 100 : 0; }
int cuDeviceGetCount(int *count) { *count = !asks("no-device"); return 0; }
int cuDeviceGet(int *device, int number) { *device = number; return 0; }
int cuDeviceGetName(char *name, int size, int device) { return snprintf(name, size, "stand-in") < 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
  case 1: *value = 1024; break;
  case 2: case 3: *value = 1024; break;
  case 4: *value = 64; break;
  case 5: *value = 2147483647; break;
  case 6: case 7: *value = 65535; break;
  case 75: *value = asks("old") ? 5 : 9; break;
  case 76: *value = 0; break;
  case 97: *value = 49152; break;
  default: return 1;
  }
  return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int device) { *context = &device; return 0; }
int cuCtxSetCurrent(void *context) { return 0; }
int cuCtxSynchronize(void) { return asks("fault") ? 700 : 0; }
int cuMemAllocManaged(uint64_t *address, size_t bytes, unsigned flags) {
  if (asks("memory"))
    return 2;
  *address = (uint64_t)(uintptr_t)aligned_alloc(256, (bytes + 255) / 256 * 256);
  return 0;
}
int cuMemFree_v2(uint64_t address) { free((void *)(uintptr_t)address); return 0; }
int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options, void **values) {
  const char *target = strstr(image, ".target ");
  fprintf(stderr, "module %.13s\n", target ? target : "without PTX");
  *module = (void *)image;
  return 0;
}
int cuModuleGetFunction(void **function, void *module, const char *name) {
  *function = strdup(name);
  return strstr(module, name) ? 0 : 500;
}
int cuFuncGetAttribute(int *value, int attribute, void *function) { *value = 0; return 0; }
int cuFuncSetAttribute(void *function, int attribute, int value) { return 0; }
int cuEventCreate(void **event, unsigned flags) { *event = (void *)1; return 0; }
int cuEventRecord(void *event, void *stream) { return 0; }
int cuEventSynchronize(void *event) { return 0; }
int cuEventElapsedTime(float *milliseconds, void *start, void *end) { *milliseconds = 1.5f; return 0; }
int cuGetErrorName(int code, const char **name) {
  *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS"
        : code == 100 ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR";
  return 0;
}
int cuGetErrorString(int code, const char **text) { *text = "the stand-in was told to"; return 0; }

// x_i <- a x_i + k; the parameters are: n, x (pointer, pointer, offset, size, stride), a, k.
int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned bytes, void *stream, void **parameters, void **extra) {
  int64_t n = *(int64_t *)parameters[0];
  double *x = *(double **)parameters[2];
  int64_t offset = *(int64_t *)parameters[3], size = *(int64_t *)parameters[4], stride = *(int64_t *)parameters[5];
  float a = *(float *)parameters[6];
  int8_t k = *(int8_t *)parameters[7];
  fprintf(stderr, "launch %s grid %u %u %u block %u %u %u bytes %u n %lld size %lld a %g k %d\n", (char *)function, gx, gy,
          gz, bx, by, bz, bytes, (long long)n, (long long)size, a, k);
  for (int64_t i = 0; i < n; ++i)
    x[offset + i * stride] = a * x[offset + i * stride] + k;
  return 0;
}
