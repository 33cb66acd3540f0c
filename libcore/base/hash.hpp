// SHA-256 of bytes, streams and files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tn {

// Feeds bytes in any portions; hex() ends it and gives 64 lower-case hexadecimal digits.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  std::string hex();  // once; further updates are a bug

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_file(const std::string& path);  // throws Error(no_input) if it cannot be opened

// HMAC-SHA256 (RFC 2104) in 64 hexadecimal digits: who does not have the key cannot find out what was hashed
// by trying.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

// A fast 64-bit hash (FNV-1a with a final mix) for tables and random keys; the same on every platform.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace tn
