// What NVIDIA's driver says of this machine. Opens the driver alone: neither LibTorch nor the CUDA toolkit.
#pragma once

#include <string>
#include <vector>

namespace tn {

struct CudaDevice {
  std::string name;       // "NVIDIA H200"
  std::string uuid;       // 16 bytes, its own among all machines'; empty: not known
  int compute_major = 0;  // of its compute capability; from 8 on it multiplies in bfloat16
};

struct CudaDriver {
  std::string failure;              // empty, or why there is no device: "no NVIDIA driver: libcuda.so.1: ..."
  std::vector<CudaDevice> devices;  // those that CUDA_VISIBLE_DEVICES leaves, in the driver's order
};

// Asked once a process.
const CudaDriver& cuda_driver();

}  // namespace tn
