// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/stun.h"

#include <glib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "base/glib_ptr.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using stun::Method;
using testing::ElementsAreArray;

// All of RFC 5769, 2.2: what a server answers, with SOFTWARE padded by a space, and attributes that we do not know.
const stun::Transaction kAsked{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
const Bytes kAnswered{
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
    0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

// RFC 5769, 2.4: a request with a long-term credential. Ours has the same attributes in another order, so it has
// another HMAC.
const stun::Transaction kSent{0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e};
const stun::Login kLogin{"\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9", "TheMatrIX"};
const stun::Challenge kChallenge{"example.org", "f//499k954d6OL34oL9FSTvy64sA"};

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

struct Attribute {
  unsigned type = 0;
  Bytes value;
};

// The header and the attributes, as they are: nothing is padded or checked by what is tested.
Bytes message(unsigned type, const stun::Transaction& transaction, const std::vector<Attribute>& attributes) {
  Bytes body;
  const auto put = [](Bytes& bytes, std::size_t number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8));
    bytes.push_back(static_cast<std::uint8_t>(number));
  };
  for (const auto& one : attributes) {
    put(body, one.type);
    put(body, one.value.size());
    body.insert(body.end(), one.value.begin(), one.value.end());
    while (body.size() % 4 != 0) body.push_back(0xee);  // whatever it is, RFC 8489 says, it is to be ignored
  }
  Bytes all;
  put(all, type);
  put(all, body.size());
  for (const unsigned each : {0x21U, 0x12U, 0xa4U, 0x42U}) all.push_back(static_cast<std::uint8_t>(each));
  all.insert(all.end(), transaction.begin(), transaction.end());
  all.insert(all.end(), body.begin(), body.end());
  return all;
}

// The attributes of a message of ours.
std::vector<Attribute> attributes_of(const Bytes& bytes) {
  std::vector<Attribute> all;
  for (std::size_t at = stun::kHeader; at < bytes.size();) {
    const std::size_t size = static_cast<std::size_t>(bytes.at(at + 2)) << 8 | bytes.at(at + 3);
    const auto value = bytes.begin() + static_cast<std::ptrdiff_t>(at) + 4;
    all.push_back({static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]),
                   Bytes(value, value + static_cast<std::ptrdiff_t>(size))});
    at += 4 + size;
    for (; at % 4 != 0; ++at) EXPECT_EQ(bytes.at(at), 0) << "padding tells nothing of this machine's memory";
  }
  return all;
}

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(g_ascii_xdigit_value(text[i]) << 4 | g_ascii_xdigit_value(text[i + 1])));
  return bytes;
}

const Bytes kRealm = bytes_of("example.org");
const Bytes kNonce = bytes_of("a nonce");  // 7 bytes and one of padding
const Bytes kUnauthorized{0, 0, 4, 1, 'N', 'o'};

TEST(StunRequest, HasAHeaderOfTwentyBytes) {
  EXPECT_THAT(stun::request(Method::kBinding, kAsked),
              ElementsAreArray({0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7,
                                0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae}));
}

TEST(StunRequest, AsksForARelayOfUdpAndForItsEnd) {
  const Bytes allocate = stun::request(Method::kAllocate, kAsked);
  EXPECT_EQ(allocate, message(0x0003, kAsked, {{0x0019, {17, 0, 0, 0}}}));
  const Bytes refresh = stun::request(Method::kRefresh, kAsked);
  EXPECT_EQ(refresh, message(0x0004, kAsked, {{0x000d, {0, 0, 0, 0}}}));
}

TEST(StunRequest, SaysWhoAsksAndWhere) {
  const auto all = attributes_of(stun::request(Method::kAllocate, kSent, kLogin, kChallenge));
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].type, 0x0019U);
  EXPECT_EQ(all[1].type, 0x0006U);
  EXPECT_EQ(all[1].value, bytes_of(kLogin.user));  // 18 bytes
  EXPECT_EQ(all[2].type, 0x0014U);
  EXPECT_EQ(all[2].value, bytes_of(kChallenge.realm));  // 11 bytes
  EXPECT_EQ(all[3].type, 0x0015U);
  EXPECT_EQ(all[3].value, bytes_of(kChallenge.nonce));
  EXPECT_EQ(all[4].type, 0x0008U);
}

// Of RFC 5769's user, password, realm, nonce and transaction, by Python's hmac and hashlib, which give the RFC's own
// digest for the RFC's own message.
TEST(StunRequest, IsSignedWithThePassword) {
  for (const auto& [method, digest] : std::initializer_list<std::pair<Method, const char*>>{
           {Method::kBinding, "b2d89c052f5f3d5a1162af3395ec0a3db9f75062"},
           {Method::kAllocate, "255dd5da0875f1617e01f295aa8c5d6e77463a3c"},
           {Method::kRefresh, "c2726b95dc70440187e289640cd83d12e25965be"}}) {
    const Bytes request = stun::request(method, kSent, kLogin, kChallenge);
    EXPECT_EQ(attributes_of(request).back().value, from_hex(digest));
    EXPECT_EQ(stun::size_of(request), request.size());
  }
}

// The same with GLib, for other lengths and other amounts of padding.
TEST(StunRequest, IsSignedUpToTheSignature) {
  for (std::size_t size = 0; size < 9; ++size) {
    const stun::Login login{std::string(size, 'u'), "p:q"};
    const stun::Challenge challenge{std::string(size / 2, 'r'), std::string(2 * size, 'n')};
    const Bytes request = stun::request(Method::kAllocate, kAsked, login, challenge);
    const std::string words = login.user + ":" + challenge.realm + ":" + login.password;
    const std::string md5 = take_string(g_compute_checksum_for_string(G_CHECKSUM_MD5, words.c_str(), -1));
    const Bytes key = from_hex(md5);
    const std::size_t before = request.size() - 24;  // the length in the header counts the signature already
    const std::string hmac =
        take_string(g_compute_hmac_for_data(G_CHECKSUM_SHA1, key.data(), key.size(), request.data(), before));
    EXPECT_EQ(attributes_of(request).back().value, from_hex(hmac)) << size;
  }
}

TEST(ParseReply, TakesTheStandardsOwnAnswer) {
  const auto reply = stun::parse_reply(kAnswered, Method::kBinding, kAsked);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, 0U);
  EXPECT_EQ(reply->reason, "");
  EXPECT_EQ(reply->challenge.realm, "");
}

TEST(ParseReply, TakesAGrantWithoutAttributes) {
  for (const auto method : {Method::kBinding, Method::kAllocate, Method::kRefresh}) {
    const auto reply = stun::parse_reply(message(0x0100 | static_cast<unsigned>(method), kAsked, {}), method, kAsked);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->error, 0U);
  }
}

TEST(ParseReply, ReadsWhatAServerWantsToKnow) {
  for (const auto& attributes : std::initializer_list<std::vector<Attribute>>{
           {{0x0009, kUnauthorized}, {0x0014, kRealm}, {0x0015, kNonce}},
           {{0x0015, kNonce}, {0x8022, bytes_of("other")}, {0x0014, kRealm}, {0x0009, kUnauthorized}}}) {
    const auto reply = stun::parse_reply(message(0x0113, kAsked, attributes), Method::kAllocate, kAsked);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->error, 401U);
    EXPECT_EQ(reply->reason, "No");
    EXPECT_EQ(reply->challenge.realm, "example.org");
    EXPECT_EQ(reply->challenge.nonce, "a nonce");
  }
}

TEST(ParseReply, ReadsTheClassAndTheNumberOfAnError) {
  const auto error = [](const Bytes& value) {
    const auto reply = stun::parse_reply(message(0x0113, kAsked, {{0x0009, value}}), Method::kAllocate, kAsked);
    return reply ? reply->error : 0;
  };
  EXPECT_EQ(error({0, 0, 3, 0}), 300U);
  EXPECT_EQ(error({0, 0, 4, 86}), 486U);
  EXPECT_EQ(error({0, 0, 5, 8}), 508U);
  EXPECT_EQ(error({0xff, 0xff, 0xfc, 38}), 438U) << "what is reserved is to be ignored";
  EXPECT_EQ(error({0, 0, 0, 0}), 0U) << "no error has that number";
  EXPECT_EQ(error({0, 0, 4}), 0U) << "a code has four bytes";
}

TEST(ParseReply, AnErrorSaysWhich) {
  EXPECT_FALSE(stun::parse_reply(message(0x0113, kAsked, {}), Method::kAllocate, kAsked));
  EXPECT_FALSE(
      stun::parse_reply(message(0x0113, kAsked, {{0x0014, kRealm}, {0x0015, kNonce}}), Method::kAllocate, kAsked));
}

TEST(ParseReply, AGrantIsNoErrorWhateverIsInIt) {
  const auto reply = stun::parse_reply(message(0x0103, kAsked, {{0x0009, kUnauthorized}}), Method::kAllocate, kAsked);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, 0U);
  EXPECT_EQ(reply->reason, "");
}

TEST(ParseReply, LeavesWhatIsOfAnotherRequest) {
  EXPECT_FALSE(stun::parse_reply(kAnswered, Method::kBinding, kSent));
  EXPECT_FALSE(stun::parse_reply(kAnswered, Method::kAllocate, kAsked));
  stun::Transaction near = kAsked;
  near.back() ^= 1;
  EXPECT_FALSE(stun::parse_reply(kAnswered, Method::kBinding, near));
  for (const unsigned type : {0x0001U, 0x0011U, 0x0103U, 0x0113U, 0x4101U, 0x8101U, 0xc101U})
    EXPECT_FALSE(stun::parse_reply(message(type, kAsked, {{0x0009, kUnauthorized}}), Method::kBinding, kAsked))
        << std::hex << type << " is a request, an indication, another method's or no STUN";
}

TEST(ParseReply, LeavesWhatHasNoCookie) {
  for (std::size_t i = 4; i < 8; ++i) {
    Bytes other = kAnswered;
    other[i] ^= 1;
    EXPECT_FALSE(stun::parse_reply(other, Method::kBinding, kAsked)) << i;
    EXPECT_FALSE(stun::size_of(other)) << i;
  }
}

TEST(ParseReply, LeavesWhatIsCutOrTooLong) {
  const Bytes whole = message(0x0113, kAsked, {{0x0014, kRealm}, {0x0015, kNonce}, {0x0009, kUnauthorized}});
  for (const auto& [all, method] :
       std::initializer_list<std::pair<Bytes, Method>>{{kAnswered, Method::kBinding}, {whole, Method::kAllocate}}) {
    ASSERT_TRUE(stun::parse_reply(all, method, kAsked));
    // a copy of that size, so that a sanitizer sees what is read behind it
    for (std::size_t size = 0; size < all.size(); ++size)
      EXPECT_FALSE(
          stun::parse_reply(Bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)), method, kAsked))
          << size;
    Bytes longer = all;
    longer.push_back(0);
    EXPECT_FALSE(stun::parse_reply(longer, method, kAsked));
  }
}

// The length in the header fits, and that of an attribute does not.
TEST(ParseReply, LeavesAnAttributeThatGoesOnBehindTheMessage) {
  const Bytes whole = message(0x0103, kAsked, {{0x0014, {0, 0, 0, 0}}});
  for (const auto& [high, low, taken] : std::initializer_list<std::tuple<unsigned, unsigned, bool>>{
           {0, 0, true}, {0, 4, true}, {0, 5, false}, {1, 4, false}, {0xff, 0xff, false}}) {
    Bytes bytes = whole;
    bytes[stun::kHeader + 2] = static_cast<std::uint8_t>(high);
    bytes[stun::kHeader + 3] = static_cast<std::uint8_t>(low);
    EXPECT_EQ(stun::parse_reply(bytes, Method::kAllocate, kAsked).has_value(), taken) << high << " " << low;
  }
}

TEST(SizeOf, IsThatOfHeaderAndAttributes) {
  EXPECT_EQ(stun::size_of(kAnswered), 80U);
  EXPECT_EQ(stun::size_of(std::span(kAnswered).first(20)), 80U);
  EXPECT_FALSE(stun::size_of(std::span(kAnswered).first(19)));
  EXPECT_FALSE(stun::size_of({}));
  Bytes largest = message(0x0101, kAsked, {});
  largest[2] = largest[3] = 0xff;
  EXPECT_EQ(stun::size_of(largest), 20U + 0xffff);
}

// TURN has data of another kind on the same connection (RFC 8656, 12), and TLS is no STUN either.
TEST(SizeOf, IsThatOfNothingElse) {
  for (const unsigned first : {4U, 0x16U, 0x40U, 0x7fU, 0x80U, 0xc0U}) {
    Bytes other = kAnswered;
    other[0] = static_cast<std::uint8_t>(first);
    EXPECT_FALSE(stun::size_of(other)) << first;
  }
}

}  // namespace
