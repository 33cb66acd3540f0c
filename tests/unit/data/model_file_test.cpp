#include "libcore/data/model_file.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using testing::HasSubstr;
using tn::ModelIndex;
using tn::TensorEntry;
using tn::TensorType;
using tn::test::TempFolder;
using tn::test::Thrown;
using tn::test::thrown_by;

std::string length_word(std::uint64_t length) {
  std::string word;
  for (int i = 0; i < 8; ++i) word += static_cast<char>(length >> (8 * i) & 0xFF);
  return word;
}

std::string file_bytes(const std::string& header, std::size_t data) {
  return length_word(header.size()) + header + std::string(data, 'x');
}

ModelIndex read(const std::string& bytes) {
  const TempFolder folder;
  return tn::read_model_index(folder.file("m.safetensors", bytes));
}

// The message without the folder's name.
Thrown refused(const std::string& bytes) {
  const TempFolder folder;
  const std::string path = folder.file("m.safetensors", bytes);
  Thrown thrown = thrown_by([&] { tn::read_model_index(path); });
  if (const auto at = thrown.text.find(path); at != std::string::npos)
    thrown.text.replace(at, path.size(), "m");
  return thrown;
}

const std::string kA = R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]})";
const std::string kB = R"("b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]})";

TEST(ModelIndex, ReadsTypesShapesAndOffsets) {
  const ModelIndex index = read(file_bytes("{" + kB + "," + kA + "}", 26));
  ASSERT_EQ(index.tensors.size(), 2U);
  EXPECT_EQ(index.tensors[0].name, "a");  // in order of offset
  EXPECT_EQ(index.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(index.tensors[1].type, TensorType::bf16);
  EXPECT_EQ(index.tensors[1].begin, 24U);
  EXPECT_EQ(index.data_size, 26U);
  EXPECT_EQ(index.data_begin, 8 + kA.size() + kB.size() + 3);
  EXPECT_TRUE(index.meta.is_null());
}
TEST(ModelIndex, ReadsItsOwnDocumentFromTheMetadata) {
  const std::string header = R"({"__metadata__":{"format":"pt","tn":"{\"arch\":\"ffanet39\"}"},)" + kA + "}";
  EXPECT_EQ(read(file_bytes(header, 24)).meta["arch"], "ffanet39");
}
TEST(ModelIndex, TensorsOfSizeZeroTakeNoRoom) {
  const std::string zero = R"("z":{"dtype":"F32","shape":[0,4],"data_offsets":[24,24]})";
  EXPECT_EQ(read(file_bytes("{" + zero + "," + kA + "}", 24)).tensors.size(), 2U);
}
TEST(ModelIndex, SpacePaddingIsAllowed) {
  EXPECT_EQ(read(file_bytes("{" + kA + "}     ", 24)).tensors.size(), 1U);
}

TEST(ModelIndex, MissingFileIs66) {
  EXPECT_EQ(thrown_by([] { tn::read_model_index("/nowhere/m"); }).exit_code, 66);
}
TEST(ModelIndex, FolderIs66) {
  EXPECT_EQ(thrown_by([] { tn::read_model_index("/"); }).exit_code, 66);
}
TEST(ModelIndex, EmptyFileIsRefused) {
  EXPECT_EQ(refused("").text, "m: too short for a safetensors file (0 bytes)");
  EXPECT_EQ(refused("").exit_code, 65);
}
TEST(ModelIndex, HeaderLongerThanTheFileIsCutOff) {
  EXPECT_EQ(refused(length_word(100) + "{}").text, "m: cut off: a header of 100 bytes in a file of 10");
}
TEST(ModelIndex, AbsurdHeaderLengthIsRefusedBeforeMemoryIsTaken) {
  EXPECT_THAT(refused(length_word(UINT64_MAX) + "{}").text, HasSubstr("not a safetensors file"));
}
TEST(ModelIndex, OtherFilesAreRefused) {
  EXPECT_EQ(refused(length_word(5) + "hello").text, "m: not a safetensors file");
}
TEST(ModelIndex, BrokenJsonIsRefused) {
  EXPECT_THAT(refused(file_bytes("{\"a\":", 0)).text, HasSubstr("m: header: not valid JSON"));
}
TEST(ModelIndex, ANameTwiceIsRefused) {
  EXPECT_EQ(refused(file_bytes("{" + kA + "," + kA + "}", 24)).text, "m: header: key 'a' occurs twice");
}
TEST(ModelIndex, DataCutOffIsRefused) {
  EXPECT_EQ(refused(file_bytes("{" + kA + "}", 23)).text,
            "m: tensor 'a': it ends at byte 24 of 23 (is the file cut off?)");
}
TEST(ModelIndex, DataAfterTheLastTensorIsRefused) {
  EXPECT_EQ(refused(file_bytes("{" + kA + "}", 25)).text, "m: 1 bytes after the last tensor");
}
TEST(ModelIndex, OverlapIsRefused) {
  const std::string b = R"("b":{"dtype":"F32","shape":[6],"data_offsets":[20,44]})";
  EXPECT_EQ(refused(file_bytes("{" + kA + "," + b + "}", 44)).text,
            "m: tensor 'b': it overlaps the one before it");
}
TEST(ModelIndex, TwoTensorsOnTheSameBytesAreRefused) {
  const std::string b = R"("b":{"dtype":"F32","shape":[6],"data_offsets":[0,24]})";
  EXPECT_THAT(refused(file_bytes("{" + kA + "," + b + "}", 24)).text, HasSubstr("overlaps"));
}
TEST(ModelIndex, HoleIsRefused) {
  const std::string b = R"("b":{"dtype":"F32","shape":[1],"data_offsets":[28,32]})";
  EXPECT_EQ(refused(file_bytes("{" + kA + "," + b + "}", 32)).text,
            "m: tensor 'b': 4 bytes before it belong to no tensor");
}

struct LyingTensor {
  std::string description;
  std::string reason;
};
class BadTensor : public testing::TestWithParam<LyingTensor> {};
TEST_P(BadTensor, IsRefusedWithTheReason) {
  const Thrown thrown = refused(file_bytes("{\"a\":" + GetParam().description + "}", 24));
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_THAT(thrown.text, HasSubstr("m: tensor 'a': " + GetParam().reason));
}
INSTANTIATE_TEST_SUITE_P(
    Tensors, BadTensor,
    testing::Values(
        LyingTensor{R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,24]})",
                    "its offsets span 24 bytes, its shape and type need 16"},
        LyingTensor{R"({"dtype":"F32","shape":[6],"data_offsets":[24,0]})", "it ends before it begins"},
        LyingTensor{R"({"dtype":"F32","shape":[-6],"data_offsets":[0,24]})", "extent -6 is not a size"},
        LyingTensor{R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,24]})", "extent 1.5 is not a size"},
        LyingTensor{R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,24]})",
                    "its shape overflows"},
        LyingTensor{R"({"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,24]})",
                    "its shape overflows"},
        LyingTensor{R"({"dtype":"Q4","shape":[6],"data_offsets":[0,24]})", "type \"Q4\" is not known"},
        LyingTensor{R"({"dtype":7,"shape":[6],"data_offsets":[0,24]})", "type 7 is not known"},
        LyingTensor{R"({"dtype":"F32","shape":6,"data_offsets":[0,24]})", "its shape is not a list"},
        LyingTensor{R"({"dtype":"F32","shape":[6],"data_offsets":[0]})", "data_offsets are not two numbers"},
        LyingTensor{R"({"dtype":"F32","shape":[6],"data_offsets":[0,18446744073709551615]})",
                    "offset 18446744073709551615 is not a size"},
        LyingTensor{R"({"dtype":"F32","shape":[6]})", "without dtype, shape or data_offsets"},
        LyingTensor{"7", "without dtype, shape or data_offsets"}));

TEST(ModelIndex, MetadataMustBeText) {
  EXPECT_EQ(refused(file_bytes(R"({"__metadata__":{"tn":{}},)" + kA + "}", 24)).text,
            "m: __metadata__: 'tn' is not text");
}
TEST(ModelIndex, BrokenDocumentInTheMetadataIsRefused) {
  EXPECT_THAT(refused(file_bytes(R"({"__metadata__":{"tn":"{"},)" + kA + "}", 24)).text,
              HasSubstr("m: __metadata__.tn: not valid JSON"));
}

TEST(ModelHeader, ReadsBack) {
  std::vector<TensorEntry> tensors(2);
  tensors[0] = {"w", TensorType::f32, {2, 3}, 0, 0};
  tensors[1] = {"n", TensorType::i64, {}, 0, 0};
  const nlohmann::json meta = {{"arch", "ffanet39"}, {"quote", "\""}};
  const std::string header = tn::model_header(tensors, meta);
  EXPECT_EQ(tensors[1].begin, 24U);
  EXPECT_EQ(tensors[1].end, 32U);
  const ModelIndex index = read(header + std::string(32, 'x'));
  EXPECT_EQ(index.meta, meta);
  EXPECT_EQ(index.tensors[1].name, "n");
  EXPECT_EQ(index.tensors[1].type, TensorType::i64);
}
TEST(ModelHeader, DataBeginsAtAMultipleOfEight) {
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde"}) {
    std::vector<TensorEntry> tensors{{name, TensorType::u8, {1}, 0, 0}};
    EXPECT_EQ(tn::model_header(tensors, nullptr).size() % 8, 0U);
  }
}
TEST(ModelHeader, IsWrittenAsTheFormatSaysIt) {
  std::vector<TensorEntry> tensors{{"w", TensorType::f16, {3}, 0, 0}};
  EXPECT_EQ(tn::model_header(tensors, nullptr).substr(8),
            R"({"w":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}  )");
}
TEST(ModelHeader, TwoTensorsOfOneNameAreABug) {
  std::vector<TensorEntry> tensors{{"w", TensorType::f32, {1}, 0, 0}, {"w", TensorType::f32, {1}, 0, 0}};
  EXPECT_EQ(thrown_by([&] { tn::model_header(tensors, nullptr); }).exit_code, 70);
}

TEST(TensorType, SizesAndNames) {
  EXPECT_EQ(tn::byte_size(TensorType::bf16), 2U);
  EXPECT_EQ(tn::byte_size(TensorType::f64), 8U);
  EXPECT_STREQ(tn::type_name(TensorType::f32), "F32");
  EXPECT_STREQ(tn::type_name(TensorType::bf16), "BF16");
}

}  // namespace
