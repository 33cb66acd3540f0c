#include "libcore/net/huge_pages.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tn {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;
constexpr std::size_t kLeast = std::size_t{1} << 20U;

// Whole huge pages; nullptr if the system has no memory.
void* map_pages(std::size_t size) {
  const std::size_t reserved = size + kHugePage;
  void* start = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  auto* bytes = static_cast<std::byte*>(start);
  const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(start) % kHugePage) % kHugePage;
  if (before > 0) munmap(bytes, before);
  if (kHugePage > before) munmap(bytes + before + size, kHugePage - before);
  madvise(bytes + before, size, MADV_HUGEPAGE);  // a system without them uses small ones
  return bytes + before;
}

// Blocks that are free, by size. Never destroyed: tensors may outlive every static object.
class Pool {
 public:
  void* take(std::size_t size) {
    const std::scoped_lock lock(mutex_);
    std::vector<void*>& free = free_[size];
    void* block = nullptr;
    if (!free.empty()) {
      block = free.back();
      free.pop_back();
      kept_ -= size;
    } else {
      most_ = std::max(most_, used_ + size);
      release_over(2 * most_ - used_ - size);
      block = map_pages(size);
      if (block == nullptr) {
        release_over(0);
        block = map_pages(size);
      }
      if (block == nullptr) return nullptr;
    }
    sizes_[block] = size;
    used_ += size;
    return block;
  }

  // false: the block is none of these.
  bool give(void* block) {
    const std::scoped_lock lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    const std::size_t size = found->second;
    sizes_.erase(found);
    used_ -= size;
    kept_ += size;
    free_[size].push_back(block);
    return true;
  }

 private:
  // Gives free blocks back to the system, large ones first, until no more than `limit` bytes are kept.
  void release_over(std::size_t limit) {
    for (auto size = free_.rbegin(); size != free_.rend() && kept_ > limit; ++size)
      while (!size->second.empty() && kept_ > limit) {
        munmap(size->second.back(), size->first);
        size->second.pop_back();
        kept_ -= size->first;
      }
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;
  std::unordered_map<void*, std::size_t> sizes_;  // of the blocks in use
  std::size_t used_ = 0, kept_ = 0, most_ = 0;    // bytes; most_: in use at once
};

Pool& pool() {
  static auto* const pool = new Pool;
  return *pool;
}

// LibTorch may free a block by raw_deleter(), without knowing its size.
class Allocator : public at::Allocator {
 public:
  at::DataPtr allocate(std::size_t bytes) override {
    void* block = bytes < kLeast ? nullptr : pool().take((bytes + kHugePage - 1) / kHugePage * kHugePage);
    if (block != nullptr)
      c10::profiledCPUMemoryReporter().New(block, bytes);
    else
      block = small().raw_allocate(bytes);  // says so if there is no memory
    return {block, block, &give, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &give; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

 private:
  static at::Allocator& small() { return *c10::GetDefaultCPUAllocator(); }

  static void give(void* block) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(block) % kHugePage == 0;
    if (!aligned || !pool().give(block)) return small().raw_deallocate(block);
    c10::profiledCPUMemoryReporter().Delete(block);
  }
};

}  // namespace

void use_huge_pages() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(new Allocator, /*priority=*/1); });
}

}  // namespace tn
