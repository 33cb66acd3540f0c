#include "libcore/net/weights.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libcore/data/model_file.hpp"
#include "libcore/net/osa_block.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/net/tensors.hpp"

namespace tn {
namespace {

using testing::EndsWith;

class Weights : public testing::Test {
 protected:
  test::TempFolder folder;
  std::string path = folder.path("model.safetensors");

  void save(const NamedTensors& tensors, const nlohmann::json& meta = nullptr) const {
    save_safetensors(path, tensors, meta, true, Durability::rename_only);
  }
  test::Thrown loading(OsaBlock& block) const {
    return test::thrown_by([&] { load_safetensors_into(*block, path); });
  }
  static OsaBlock block(bool filled) {
    OsaBlock made(OsaOptions{2, 3, 4});
    if (filled) test::fill_by_formula(*made);
    return made;
  }
  // The block's tensors with one replaced, or taken out where `value` is undefined.
  static NamedTensors with(const std::string& name, const at::Tensor& value) {
    NamedTensors tensors = named_state(*block(true));
    for (auto& [key, tensor] : tensors)
      if (key == name) tensor = value;
    std::erase_if(tensors, [](const auto& item) { return !item.second.defined(); });
    return tensors;
  }
};

TEST_F(Weights, ComeBackAsTheyWere) {
  OsaBlock from = block(true), to = block(false);
  test::named(*from, "shortcut.bn.num_batches_tracked").fill_(std::int64_t{1} << 40);
  save(named_state(*from));
  load_safetensors_into(*to, path);
  const NamedTensors wanted = named_state(*from), found = named_state(*to);
  ASSERT_EQ(found.size(), 7U * 6 + 1);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_TRUE(found[i].second.equal(wanted[i].second)) << wanted[i].first;
}

TEST_F(Weights, AreWrittenInTheOrderOfTheirDimensionsWhateverTheMemoryFormat) {
  const at::Tensor weight = at::arange(24, at::kFloat).view({2, 3, 2, 2});
  save({{"w", weight}});
  const std::string usual = folder.read("model.safetensors");
  save({{"w", test::channels_last(weight)}});
  EXPECT_EQ(folder.read("model.safetensors"), usual);
}

TEST_F(Weights, AreLittleEndianAfterTheHeader) {
  save({{"w", at::full({1}, 1.0F)}});
  EXPECT_THAT(folder.read("model.safetensors"), EndsWith(std::string("\0\0\x80\x3f", 4)));
}

TEST_F(Weights, FillNetworksInChannelsLastOrder) {
  OsaBlock from = block(true), to = block(false);
  for (const at::Tensor& parameter : to->parameters())
    if (parameter.dim() == 4) parameter.set_data(test::channels_last(parameter.data()));
  save(named_state(*from));
  load_safetensors_into(*to, path);
  const at::Tensor weight = test::named(*to, "conv_mid.1.conv.weight");
  EXPECT_TRUE(weight.equal(test::named(*from, "conv_mid.1.conv.weight")));
  EXPECT_TRUE(weight.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_F(Weights, CarryTheirDocument) {
  save({{"w", at::full({1}, 1.0F)}}, {{"arch", "x"}});
  EXPECT_EQ(read_model_index(path).meta, (nlohmann::json{{"arch", "x"}}));
}

TEST_F(Weights, OfEveryTypeComeBack) {
  NamedTensors tensors;
  for (const at::ScalarType type :
       {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble, at::kLong, at::kInt, at::kByte})
    tensors.emplace_back(at::toString(type), at::arange(5).to(type));
  save(tensors);
  const NamedTensors found = load_safetensors(path);
  ASSERT_EQ(found.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const auto same = [&](const auto& item) { return item.first == name; };
    EXPECT_TRUE(std::find_if(found.begin(), found.end(), same)->second.equal(tensor)) << name;
  }
}

TEST_F(Weights, MissingTensorIsNamed) {
  save(with("conv_mid.4.bn.bias", {}));
  OsaBlock to = block(false);
  const auto thrown = loading(to);
  EXPECT_EQ(thrown.exit_code, 65);
  EXPECT_EQ(thrown.text, path + ": tensor conv_mid.4.bn.bias is missing");
}

TEST_F(Weights, StrangeTensorIsNamed) {
  NamedTensors tensors = named_state(*block(true));
  tensors.emplace_back("extra.weight", at::full({1}, 1.0F));
  save(tensors);
  OsaBlock to = block(false);
  EXPECT_EQ(loading(to).text, path + ": tensor extra.weight is not of this network");
}

TEST_F(Weights, WrongShapeIsNamed) {
  save(with("attn.conv.weight", at::full({1, 1, 5}, 1.0F)));
  OsaBlock to = block(false);
  EXPECT_EQ(loading(to).text, path + ": tensor attn.conv.weight is F32 [1,1,5], expected F32 [1,1,3]");
}

TEST_F(Weights, WrongTypeIsNamed) {
  save(with("shortcut.bn.num_batches_tracked", at::full({}, 1.0F)));
  OsaBlock to = block(false);
  EXPECT_EQ(loading(to).text, path + ": tensor shortcut.bn.num_batches_tracked is F32 [], expected I64 []");
}

TEST_F(Weights, RefusedFileChangesNothing) {
  save(with("shortcut.conv.weight", {}));
  OsaBlock to = block(false);
  const at::Tensor before = test::named(*to, "attn.conv.weight").clone();
  EXPECT_EQ(loading(to).exit_code, 65);
  EXPECT_TRUE(test::named(*to, "attn.conv.weight").equal(before));
}

TEST_F(Weights, TruncatedFileIsRefused) {
  save(named_state(*block(true)));
  const std::string whole = folder.read("model.safetensors");
  OsaBlock to = block(false);
  for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() - 1}) {
    folder.file("model.safetensors", whole.substr(0, length));
    EXPECT_EQ(loading(to).exit_code, 65) << length;
  }
}

TEST_F(Weights, LyingOffsetsAreRefused) {
  save({{"w", at::full({4}, 1.0F)}});
  std::string bytes = folder.read("model.safetensors");
  const std::size_t place = bytes.find("[0,16]");
  ASSERT_NE(place, std::string::npos);
  folder.file("model.safetensors", bytes.replace(place, 6, "[0,12]"));
  EXPECT_EQ(test::thrown_by([&] { load_safetensors(path); }).exit_code, 65);
}

TEST_F(Weights, MissingFileIsNamed) {
  const auto thrown = test::thrown_by([&] { load_safetensors(path); });
  EXPECT_EQ(thrown.exit_code, 66);
  EXPECT_THAT(thrown.text, testing::HasSubstr(path));
}

TEST_F(Weights, ExistingFileIsKeptWithoutForce) {
  save({{"w", at::full({1}, 1.0F)}});
  const std::string before = folder.read("model.safetensors");
  const auto thrown = test::thrown_by([&] {
    save_safetensors(path, {{"v", at::full({1}, 2.0F)}}, nullptr, false, Durability::rename_only);
  });
  EXPECT_EQ(thrown.exit_code, 73);
  EXPECT_EQ(folder.read("model.safetensors"), before);
}

}  // namespace
}  // namespace tn
