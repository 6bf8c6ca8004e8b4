#include "protocol/security/envelope.hpp"

#include "protocol/vocabulary/check.hpp"

#include <algorithm>

namespace invitro::protocol {
namespace {

class HeaderWriter {
public:
    explicit HeaderWriter(std::uint8_t* at) : at_(at) {}

    void put(std::uint64_t number, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            *at_++ = static_cast<std::uint8_t>(number >> (8 * i));
        }
    }

    void put(const PublicKey& key) { at_ = std::copy(key.begin(), key.end(), at_); }

private:
    std::uint8_t* at_;
};

class HeaderReader {
public:
    explicit HeaderReader(const std::uint8_t* at) : at_(at) {}

    std::uint64_t take(unsigned size) {
        std::uint64_t number = 0;
        for (unsigned i = 0; i < size; ++i) {
            number |= std::uint64_t{*at_++} << (8 * i);
        }
        return number;
    }

    void take(PublicKey& key) {
        std::copy_n(at_, key.size(), key.begin());
        at_ += key.size();
    }

private:
    const std::uint8_t* at_;
};

}  // namespace

std::size_t write_envelope_header(const EnvelopeHeader& header, std::span<std::uint8_t> to) {
    const std::size_t size = seal_header_size(header.kind);
    CHECK(to.size() >= size, "the caller has room for the header");
    HeaderWriter writer(to.data());
    writer.put(static_cast<std::uint8_t>(header.kind), 1);
    writer.put(seal_version, 1);
    switch (header.kind) {
        case SealKind::to_broker:
            writer.put(header.key);
            break;
        case SealKind::to_device:
        case SealKind::push:
            writer.put(header.from_node, 2);
            writer.put(header.device.high, 8);
            writer.put(header.device.low, 8);
            break;
        case SealKind::to_node:
            writer.put(header.from_node, 2);
            writer.put(header.to_node, 2);
            break;
    }
    writer.put(header.nonce.stream, 8);
    writer.put(header.nonce.fresh, 8);
    writer.put(header.nonce.number, 8);
    return size;
}

std::optional<EnvelopeHeader> read_envelope_header(ByteView bytes) {
    if (!is_sealed(bytes)) return std::nullopt;
    EnvelopeHeader header;
    header.kind = static_cast<SealKind>(bytes[0]);
    if (bytes.size() < seal_overhead(header.kind) || bytes[1] != seal_version) return std::nullopt;
    HeaderReader reader(bytes.data() + 2);
    switch (header.kind) {
        case SealKind::to_broker:
            reader.take(header.key);
            break;
        case SealKind::to_device:
        case SealKind::push:
            header.from_node = static_cast<std::uint16_t>(reader.take(2));
            header.device.high = reader.take(8);
            header.device.low = reader.take(8);
            break;
        case SealKind::to_node:
            header.from_node = static_cast<std::uint16_t>(reader.take(2));
            header.to_node = static_cast<std::uint16_t>(reader.take(2));
            break;
    }
    header.nonce.stream = reader.take(8);
    header.nonce.fresh = reader.take(8);
    header.nonce.number = reader.take(8);
    return header;
}

}  // namespace invitro::protocol
