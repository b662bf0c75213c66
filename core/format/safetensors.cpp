// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/api/error.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr int kMaxDepth = 4;                  // {name: {shape: [..]}} has three
constexpr size_t kMaxTensors = size_t{1} << 20, kMaxDims = 8;

/// Bytes of an element, 0 for a dtype that the format does not have.
int elementBytes(std::string_view dtype) {
  static constexpr std::pair<std::string_view, int> kTypes[] = {{"F64", 8}, {"I64", 8}, {"U64", 8},  {"F32", 4},     {"I32", 4},
                                                                {"U32", 4}, {"F16", 2}, {"BF16", 2}, {"I16", 2},     {"U16", 2},
                                                                {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
  for (const auto& [name, bytes] : kTypes)
    if (name == dtype) return bytes;
  return 0;
}

class HeaderReader {
 public:
  explicit HeaderReader(const MappedFile& file) : m_file(file) {}

  Json header() {
    if (m_file.size() < 8)
      fail("0x0", "the file has " + std::to_string(m_file.size()) + " bytes, too few for the header length; a header has at least 8");
    uint64_t length = 0;
    std::memcpy(&length, m_file.data(), 8);
    if (length > kMaxHeader) fail("0x0", "header length " + std::to_string(length) + " (at most " + std::to_string(kMaxHeader) + ")");
    if (length > m_file.size() - 8)
      fail("0x0", "header length " + std::to_string(length) + ", but the file ends after " + std::to_string(m_file.size() - 8) + " bytes");
    m_begin = 8 + length;
    const char* text = reinterpret_cast<const char*>(m_file.data()) + 8;
    if (length == 0 || *text != '{') fail("0x8", "the header is not JSON of a safetensors file: no JSON object");
    return parse(text, length);
  }
  uint64_t dataBegin() const { return m_begin; }

  SafetensorsEntry entry(const std::string& name, const Json& json) const {
    if (!json.is_object()) fail(printable(name, 120), "is no object");
    const auto member = [&](const char* key) -> const Json& {
      const auto it = json.find(key);
      if (it == json.end()) fail(printable(name, 120), std::string("'") + key + "' is missing; an entry needs dtype, shape and data_offsets");
      return *it;
    };
    SafetensorsEntry e;
    const Json& dtype = member("dtype");
    if (!dtype.is_string()) fail(printable(name, 120), "'dtype' is no text");
    e.dtype = dtype.get<std::string>();
    const int each = elementBytes(e.dtype);
    if (!each) fail(printable(name, 120), "dtype '" + printable(e.dtype, 40) + "' is not known");
    uint64_t bytes = uint64_t(each);
    readShape(name, member("shape"), e, bytes);
    readPlace(name, member("data_offsets"), e, bytes);
    return e;
  }

  [[noreturn]] void fail(const std::string& place, const std::string& reason) const {
    badInput(printable(m_file.path()) + ": " + place + ": " + reason);
  }

 private:
  Json parse(const char* text, uint64_t length) const {
    std::set<std::string> names;
    std::string wrong;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kMaxDepth && wrong.empty()) wrong = "nested deeper than " + std::to_string(kMaxDepth);
      if (event == Json::parse_event_t::key && depth == 1) {
        const auto& name = value.get_ref<const std::string&>();
        if (!names.insert(name).second && wrong.empty()) wrong = "'" + printable(name, 120) + "' is there twice";
        if (names.size() > kMaxTensors && wrong.empty()) wrong = "more than " + std::to_string(kMaxTensors) + " tensors";
      }
      return wrong.empty();
    };
    Json root;
    try {
      root = Json::parse(text, text + length, watch);
    } catch (const Json::parse_error& e) {
      char place[32];
      std::snprintf(place, sizeof place, "0x%llx", static_cast<unsigned long long>(8 + e.byte));
      fail(place, "the header is not JSON of a safetensors file: no valid JSON");
    }
    if (!wrong.empty()) fail("header", wrong);
    if (!root.is_object()) fail("0x8", "the header is not JSON of a safetensors file: no JSON object");
    return root;
  }

  void readShape(const std::string& name, const Json& shape, SafetensorsEntry& e, uint64_t& bytes) const {
    if (!shape.is_array() || shape.size() > kMaxDims)
      fail(printable(name, 120), "'shape' is no list of at most " + std::to_string(kMaxDims) + " numbers");
    for (const Json& n : shape) {
      if (!n.is_number_unsigned())
        fail(printable(name, 120), "'shape' holds " + printable(n.dump(-1, ' ', true, Json::error_handler_t::replace), 40) + ", no count");
      const auto count = n.get<uint64_t>();
      if (count > uint64_t(std::numeric_limits<int64_t>::max()) || (count && bytes > m_file.size() / count && bytes > 0))
        fail(printable(name, 120), "'shape' asks for more bytes than the file has (" + std::to_string(m_file.size()) + ")");
      bytes *= count;
      e.shape.push_back(int64_t(count));
    }
  }

  void readPlace(const std::string& name, const Json& offsets, SafetensorsEntry& e, uint64_t bytes) const {
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
      fail(printable(name, 120), "'data_offsets' is no pair of counts");
    const auto begin = offsets[0].get<uint64_t>(), end = offsets[1].get<uint64_t>(), room = m_file.size() - m_begin;
    if (begin > end || end > room)
      fail(printable(name, 120),
           "'data_offsets' " + std::to_string(begin) + " to " + std::to_string(end) + " (the data has " + std::to_string(room) + " bytes)");
    if (end - begin != bytes)
      fail(printable(name, 120), "'data_offsets' hold " + std::to_string(end - begin) + " bytes, dtype and shape ask for " + std::to_string(bytes));
    e.offset = m_begin + begin;
    e.bytes = bytes;
    e.data = m_file.data() + e.offset;
  }

  const MappedFile& m_file;
  uint64_t m_begin = 0;
};

}  // namespace

int64_t SafetensorsEntry::elements() const {
  int64_t n = 1;
  for (const int64_t d : shape) n *= d;
  return n;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : m_file(path) {
  HeaderReader reader(m_file);
  const Json header = reader.header();
  std::vector<std::pair<uint64_t, std::string>> order;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      if (!value.is_object()) reader.fail("__metadata__", "is no object");
      for (const auto& [key, text] : value.items()) {
        if (!text.is_string()) reader.fail("__metadata__", "'" + printable(key, 120) + "' is no text");
        m_metadata[key] = text.get<std::string>();
      }
      continue;
    }
    SafetensorsEntry e = reader.entry(name, value);
    order.emplace_back(e.offset, name);
    m_tensors.emplace(name, std::move(e));
  }
  // In the order of their places; an empty tensor stands where its neighbour begins.
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    const auto endOf = [&](const auto& x) { return x.first + m_tensors.at(x.second).bytes; };
    return std::make_pair(a.first, endOf(a)) < std::make_pair(b.first, endOf(b));
  });
  uint64_t end = reader.dataBegin();
  for (const auto& [offset, name] : order) {
    if (offset != end)
      fail(name, offset < end ? "overlaps the tensor before it" : std::to_string(offset - end) + " bytes before it belong to no tensor");
    end = offset + m_tensors.at(name).bytes;
  }
  if (end != m_file.size()) reader.fail("header", std::to_string(m_file.size() - end) + " bytes at the end belong to no tensor");
}

const SafetensorsEntry& SafetensorsFile::tensor(const std::string& name) const {
  const auto it = m_tensors.find(name);
  if (it == m_tensors.end()) fail(name, "is missing");
  return it->second;
}

std::vector<float> SafetensorsFile::floats(const std::string& name) const {
  const SafetensorsEntry& e = tensor(name);
  std::vector<float> out(static_cast<size_t>(e.elements()));
  if (out.empty()) return out;
  if (e.dtype == "F32") {
    std::memcpy(out.data(), e.data, e.bytes);
    return out;
  }
  if (e.dtype != "F16" && e.dtype != "BF16") fail(name, "dtype " + e.dtype + " (F32, F16, BF16)");
  std::vector<uint16_t> halves(out.size());
  std::memcpy(halves.data(), e.data, e.bytes);
  kernels::convertToF32(e.dtype == "F16" ? kernels::Elem::F16 : kernels::Elem::BF16, halves.data(), out.data(), int64_t(out.size()));
  return out;
}

void SafetensorsFile::fail(const std::string& name, const std::string& reason) const {
  badInput(printable(path()) + ": " + printable(name, 120) + ": " + reason);
}

}  // namespace presslab
