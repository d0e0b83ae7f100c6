// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/page_files.h"

#include <gtest/gtest.h>

namespace {

TEST(TakesGzip, WhereItIsNamedOrAnyCodingWillDo) {
  for (const char* accepted : {"gzip", "GZip", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*",
                               "deflate, *;q=0.5", "gzip;q=0.001", "gzip ; q=0.5", "*;q=0, gzip",
                               "identity;q=0.5, gzip", "identity;q=0.5, *", "identity;q=0, gzip"})
    EXPECT_TRUE(takes_gzip(accepted)) << accepted;
}

TEST(TakesGzip, NotWhereItIsRefusedOrNotNamed) {
  for (const char* accepted :
       {"", "deflate", "br, zstd", "identity", "gzip;q=0", "gzip;q=0.000, *", "gzip ;q=0, *", "*;q=0", "gzipped",
        "x gzip", ";", ",,", "q=1", "identity, gzip;q=0.5", "identity, *;q=0.1"})
    EXPECT_FALSE(takes_gzip(accepted)) << accepted;
  EXPECT_FALSE(takes_gzip(nullptr));
}

TEST(Compressed, IsTheSameBytesAndFewer) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "const one = " + std::to_string(i) + ";\n";
  const BytesPtr plain(g_bytes_new(text.data(), text.size()));
  const BytesPtr gzip = compressed(plain.get());
  ASSERT_TRUE(gzip);
  EXPECT_LT(g_bytes_get_size(gzip.get()), text.size() / 3);
  std::string back(text.size() + 1, '\0');
  gsize read = 0;
  gsize written = 0;
  gsize size = 0;
  const void* data = g_bytes_get_data(gzip.get(), &size);
  g_autoptr(GZlibDecompressor) decompressor = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  const auto result = g_converter_convert(G_CONVERTER(decompressor), data, size, back.data(), back.size(),
                                          G_CONVERTER_INPUT_AT_END, &read, &written, nullptr);
  EXPECT_EQ(result, G_CONVERTER_FINISHED);
  back.resize(written);
  EXPECT_EQ(back, text);
}

TEST(Compressed, IsNothingWhereItIsNotSmaller) {
  for (const char* text : {"", "a", "<svg/>"}) {
    const BytesPtr plain(g_bytes_new(text, std::char_traits<char>::length(text)));
    EXPECT_FALSE(compressed(plain.get())) << text;
  }
}

}  // namespace
