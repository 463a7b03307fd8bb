// The checksum of events: CRC-32 of all their values. `clients/interop/src/checksum.rs` says what of each.
#pragma once

#include <capnp/dynamic.h>
#include <kj/encoding.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <string>

class Checksum {
public:
  void add(capnp::DynamicStruct::Reader event, kj::StringPtr thread, kj::StringPtr name,
           capnp::DynamicStruct::Reader fields) {
    bytes.clear();
    start('[', 6);
    for (auto header: {"time", "sequence", "thread"}) value(event.get(header));
    for (auto text: {thread, name}) sized('t', text.asBytes());
    value(fields);
    crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }

  kj::String get() const {
    return kj::encodeHex(kj::arr<kj::byte>(crc >> 24, crc >> 16, crc >> 8, crc));
  }

private:
  uint32_t crc = 0;
  std::string bytes;

  // Numbers are little-endian, as are all machines that this is for.
  void start(char kind, uint32_t length) { bytes.append(1, kind).append(reinterpret_cast<char*>(&length), 4); }

  void fixed(char kind, uint64_t number) { bytes.append(1, kind).append(reinterpret_cast<char*>(&number), 8); }

  void sized(char kind, kj::ArrayPtr<const kj::byte> of) {
    start(kind, of.size());
    bytes.append(of.asChars().begin(), of.size());
  }

  void field(capnp::DynamicStruct::Reader of, capnp::StructSchema::Field field) {
    sized('t', field.getProto().getName().asBytes());
    value(of.get(field));
  }

  void value(const capnp::DynamicValue::Reader& of) {
    switch (of.getType()) {
      case capnp::DynamicValue::BOOL: bytes.append(1, 'b').append(1, of.as<bool>()); break;
      case capnp::DynamicValue::INT: fixed('i', of.as<int64_t>()); break;
      case capnp::DynamicValue::UINT: fixed('i', of.as<uint64_t>()); break;
      case capnp::DynamicValue::FLOAT: {
        uint64_t bits = 0x7ff8000000000000;
        double number = of.as<double>();
        if (!std::isnan(number)) std::memcpy(&bits, &number, sizeof bits);
        fixed('f', bits);
        break;
      }
      case capnp::DynamicValue::TEXT: sized('t', of.as<capnp::Text>().asBytes()); break;
      case capnp::DynamicValue::DATA: sized('d', of.as<capnp::Data>()); break;
      case capnp::DynamicValue::ENUM:
        KJ_IF_MAYBE(variant, of.as<capnp::DynamicEnum>().getEnumerant()) {
          sized('t', variant->getProto().getName().asBytes());
        } else {
          fixed('i', of.as<capnp::DynamicEnum>().getRaw());
        }
        break;
      case capnp::DynamicValue::LIST:
        start('[', of.as<capnp::DynamicList>().size());
        for (auto item: of.as<capnp::DynamicList>()) value(item);
        break;
      case capnp::DynamicValue::STRUCT: {
        auto structure = of.as<capnp::DynamicStruct>();
        auto fields = structure.getSchema().getNonUnionFields();
        auto active = structure.which();
        start('{', fields.size() + (active != nullptr));
        KJ_IF_MAYBE(member, active) field(structure, *member);
        for (auto member: fields) field(structure, member);
        break;
      }
      default: bytes.append(1, 'n');
    }
  }
};
