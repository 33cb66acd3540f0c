#include "libcore/image/dicom_elements.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"

namespace tn {
namespace {

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;  // length: up to a delimiter
constexpr int kDepthCap = 16;                     // sequences inside each other
constexpr DicomTag kTransferSyntax = 0x00020010;
constexpr DicomTag kItem = 0xFFFEE000;
constexpr std::string_view kItemStart("\xFE\xFF\x00\xE0", 4);  // little-endian
constexpr DicomTag kItemEnd = 0xFFFEE00D;
constexpr DicomTag kSequenceEnd = 0xFFFEE0DD;

struct Coding {
  bool is_explicit = true;  // value representations are written
  bool big_endian = false;
};

std::uint64_t integer(std::string_view bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[big_endian ? i : bytes.size() - 1 - i]);
  return value;
}

struct ElementHead {
  DicomTag tag = 0;
  std::string_view kind;  // value representation; empty: not written
  std::uint32_t length = 0;
};

class DicomScanner {
 public:
  DicomScanner(const Encoded& file, std::span<const DicomTag> wanted) : file_(file), wanted_(wanted) {}

  DicomDataSet read() {
    DicomDataSet set;
    at_ = kDicomPreamble + 4;
    DicomElements meta;
    while (!at_end() && peek_group() == 0x0002) element(meta, head({}), {}, 0);
    set.transfer_syntax = meta.text(kTransferSyntax);
    const Coding coding = coding_of(set.transfer_syntax);
    set.elements.big_endian = coding.big_endian;
    while (!at_end()) {
      const ElementHead next = head(coding);
      element(set.elements, next, coding, 0);
      if (next.tag == kDicomPixelData) break;
    }
    return set;
  }

 private:
  [[noreturn]] void cut_off() const { throw Error(Exit::bad_data, "{}: is cut off (DICOM)", file_.name); }
  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(Exit::bad_data, "{}: damaged DICOM: {} at byte {}", file_.name, what, at_);
  }

  bool at_end() const { return at_ >= file_.bytes.size(); }

  std::string_view take(std::size_t size) {
    if (file_.bytes.size() - at_ < size) cut_off();
    const std::string_view bytes = file_.bytes.substr(at_, size);
    at_ += size;
    return bytes;
  }
  std::uint32_t number(std::size_t size, const Coding& coding) {
    return static_cast<std::uint32_t>(integer(take(size), coding.big_endian));
  }
  std::uint64_t peek_group() const { return integer(file_.bytes.substr(at_, 2), false); }

  DicomTag tag(const Coding& coding) {
    const std::uint32_t group = number(2, coding);
    return group << 16 | number(2, coding);
  }

  Coding coding_of(const std::string& transfer_syntax) const {
    if (transfer_syntax.empty())
      throw Error(Exit::bad_data, "{}: damaged DICOM: no transfer syntax", file_.name);
    if (transfer_syntax == "1.2.840.10008.1.2.1.99")
      throw Error(Exit::bad_data, "{}: deflated DICOM is not read here", file_.name);
    return {transfer_syntax != "1.2.840.10008.1.2", transfer_syntax == "1.2.840.10008.1.2.2"};
  }

  ElementHead head(const Coding& coding) {
    constexpr std::array<std::string_view, 13> kLong{"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                     "SV", "UC", "UN", "UR", "UT", "UV"};
    ElementHead head;
    head.tag = tag(coding);
    const bool delimiter = head.tag >> 16 == 0xFFFE;
    if (!coding.is_explicit || delimiter) {
      head.length = number(4, coding);
      return head;
    }
    head.kind = take(2);
    for (const char c : head.kind)
      if (c < 'A' || c > 'Z') damaged("no value representation");
    if (std::find(kLong.begin(), kLong.end(), head.kind) == kLong.end()) {
      head.length = number(2, coding);
      return head;
    }
    take(2);
    head.length = number(4, coding);
    return head;
  }

  bool is_wanted(DicomTag tag) const {
    return tag == kTransferSyntax || tag == kDicomPixelData ||
           std::find(wanted_.begin(), wanted_.end(), tag) != wanted_.end();
  }

  // The value behind the head.
  void element(DicomElements& into, const ElementHead& head, const Coding& coding, int depth) {
    if (depth > kDepthCap) damaged("sequences nested too deep");
    const bool wanted = is_wanted(head.tag);
    if (head.tag == kDicomPixelData) into.pixel_words = head.kind == "OW";
    if (head.tag == kDicomPixelData && head.length == kUndefined) {
      into.fragments = fragments(coding);
      return;
    }
    if (head.length == kUndefined && (head.kind == "OB" || head.kind == "OW")) {
      fragments(coding);  // of something else than pixels
      return;
    }
    // A sequence whose kind is not written shows by its undefined length, or by its first item.
    const bool sequence = head.kind == "SQ" || head.length == kUndefined;
    // The items of an unknown element are written without kinds (PS3.5, 6.2.2).
    const Coding inner = head.kind == "UN" ? Coding{false, false} : coding;
    if (!sequence) {
      const std::string_view value = take(head.length);
      if (!wanted) return;
      if (!(head.kind.empty() || head.kind == "UN") || !value.starts_with(kItemStart)) {
        into.values.insert_or_assign(head.tag, value);
        return;
      }
      at_ -= value.size();
    }
    std::vector<DicomElements> found = items(head.length, inner, depth);
    if (wanted) into.sequences.insert_or_assign(head.tag, std::move(found));
  }

  // Items of a sequence, up to its length or its delimiter.
  std::vector<DicomElements> items(std::uint32_t length, const Coding& coding, int depth) {
    const std::size_t end = end_of(length);
    std::vector<DicomElements> all;
    while (at_ < end) {
      const ElementHead head = this->head(coding);
      if (head.tag == kSequenceEnd) return all;
      if (head.tag != kItem) damaged("no item in a sequence");
      DicomElements one = item(head.length, coding, depth + 1);
      if (!one.values.empty() || !one.sequences.empty()) all.push_back(std::move(one));
    }
    if (length == kUndefined) cut_off();
    if (at_ != end) damaged("an item is longer than its sequence");
    return all;
  }

  DicomElements item(std::uint32_t length, const Coding& coding, int depth) {
    const std::size_t end = end_of(length);
    DicomElements one;
    one.big_endian = coding.big_endian;
    while (at_ < end) {
      const ElementHead head = this->head(coding);
      if (head.tag == kItemEnd) return one;
      element(one, head, coding, depth);
    }
    if (length == kUndefined) cut_off();
    if (at_ != end) damaged("an element is longer than its item");
    return one;
  }

  std::size_t end_of(std::uint32_t length) const {
    if (length == kUndefined) return file_.bytes.size();
    if (length > file_.bytes.size() - at_) cut_off();
    return at_ + length;
  }

  std::vector<std::string_view> fragments(const Coding& coding) {
    std::vector<std::string_view> all;
    for (;;) {
      const ElementHead head = this->head(coding);
      if (head.tag == kSequenceEnd) return all;
      if (head.tag != kItem || head.length == kUndefined) damaged("no fragment of pixel data");
      all.push_back(take(head.length));
    }
  }

  const Encoded& file_;
  std::span<const DicomTag> wanted_;
  std::size_t at_ = 0;
};

// Values are padded with a space or, for UIDs, a zero byte.
std::string_view unpadded(std::string_view text) {
  const std::size_t end = text.find('\0');
  return trim(text.substr(0, end));
}

}  // namespace

std::string DicomElements::text(DicomTag tag) const {
  const auto found = values.find(tag);
  return found == values.end() ? std::string() : std::string(unpadded(found->second));
}

std::string DicomElements::text(DicomTag tag, std::size_t place) const {
  const std::string all = text(tag);
  const std::vector<std::string_view> parts = split_text(all, '\\');
  return place < parts.size() ? std::string(trim(parts[place])) : std::string();
}

std::optional<std::uint32_t> DicomElements::number16(DicomTag tag, std::size_t place) const {
  const auto found = values.find(tag);
  if (found == values.end() || found->second.size() < 2 * (place + 1)) return std::nullopt;
  return static_cast<std::uint32_t>(integer(found->second.substr(2 * place, 2), big_endian));
}

std::optional<std::uint32_t> DicomElements::number32(DicomTag tag) const {
  const auto found = values.find(tag);
  if (found == values.end() || found->second.size() < 4) return std::nullopt;
  return static_cast<std::uint32_t>(integer(found->second.substr(0, 4), big_endian));
}

std::optional<double> DicomElements::number64(DicomTag tag) const {
  const auto found = values.find(tag);
  if (found == values.end() || found->second.size() < 8) return std::nullopt;
  return std::bit_cast<double>(integer(found->second.substr(0, 8), big_endian));
}

std::optional<double> DicomElements::decimal(DicomTag tag, std::size_t place) const {
  const std::string value = text(tag, place);
  return parse_double(value.starts_with('+') ? value.substr(1) : value);
}

DicomDataSet read_dicom_elements(const Encoded& file, std::span<const DicomTag> wanted) {
  return DicomScanner(file, wanted).read();
}

}  // namespace tn
