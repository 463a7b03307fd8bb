// Values of any type as text.
#pragma once

#include <capnp/dynamic.h>
#include <kj/encoding.h>

// As Cap'n Proto prints them, but bytes in hexadecimal, and no more than 64 of them.
inline kj::String show(const capnp::DynamicValue::Reader& value) {
  switch (value.getType()) {
    case capnp::DynamicValue::DATA: {
      auto bytes = value.as<capnp::Data>();
      if (bytes.size() <= 64) return kj::encodeHex(bytes);
      return kj::str(kj::encodeHex(bytes.slice(0, 8)), ".. (", bytes.size(), " B)");
    }
    case capnp::DynamicValue::LIST:
      return kj::str("[", kj::strArray(KJ_MAP(it, value.as<capnp::DynamicList>()) { return show(it); }, ", "), "]");
    case capnp::DynamicValue::STRUCT: {
      auto fields = value.as<capnp::DynamicStruct>();
      kj::Vector<kj::String> parts;
      auto add = [&](auto field) { parts.add(kj::str(field.getProto().getName(), " = ", show(fields.get(field)))); };
      KJ_IF_MAYBE(member, fields.which()) add(*member);
      for (auto field: fields.getSchema().getNonUnionFields()) add(field);
      return kj::str("(", kj::strArray(parts, ", "), ")");
    }
    default: return kj::str(value);
  }
}
