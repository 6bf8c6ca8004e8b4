// Fuzzes the envelope: whatever comes, opening it gives a message and who has sealed it, or says
// why not. What is opened is what was sealed, byte by byte: turning any byte of a genuine envelope
// makes it forged, and opening one twice makes the second a replay.
#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/fuzz/fuzz_target.hpp"
#include "protocol/security/sealer.hpp"
#include "protocol/security/suite.hpp"
#include "protocol/vocabulary/check.hpp"

#include <algorithm>
#include <string_view>

namespace invitro::protocol::fuzz {
namespace {

constexpr std::string_view text = "what a device has to say";

RandomValue secret(std::uint8_t octet) {
    RandomValue value;
    value.octets.fill(octet);
    return value;
}

SealConfig config_of(const Party& self, const KeyPair& keys, std::uint8_t seed) {
    static const KeyPair cluster = key_pair_of(SealSuite::real, secret(1));
    return {.suite = SealSuite::real,
            .self = self,
            .keys = keys,
            .cluster = cluster.public_key,
            .incarnation = 1,
            .seed = secret(seed),
            .channels_max = 4};
}

Sealer new_broker() {
    static const KeyPair cluster = key_pair_of(SealSuite::real, secret(1));
    return Sealer(config_of(Party::of_broker(), cluster, 3));
}

const Party& device() {
    static const Party party =
        Party::of_device(device_id_of(key_pair_of(SealSuite::real, secret(2)).public_key));
    return party;
}

const Bytes& genuine() {
    static const Bytes envelope = [] {
        Sealer sealer(config_of(device(), key_pair_of(SealSuite::real, secret(2)), 4));
        const Party broker = Party::of_broker();
        Bytes bytes(text.size() + seal_overhead_max);
        bytes.resize(sealer.seal(broker, sealer.kind_for(broker), bytes_of(text), bytes));
        return bytes;
    }();
    return envelope;
}

void open_turned(FuzzInput& input) {
    Bytes envelope = genuine();
    for (std::size_t i = input.choice(4); i > 0; --i) {
        const std::size_t at = input.number(2) % envelope.size();
        envelope[at] = input.octet();
    }
    if (input.choice(4) == 3) envelope.resize(input.number(2) % (envelope.size() + 1));
    Sealer broker = new_broker();
    const auto opened = broker.open(envelope);
    CHECK(opened.has_value() == (envelope == genuine()), "only the genuine envelope opens");
    if (!opened) return;
    CHECK(opened->sender == device(), "its sender is who has sealed it");
    CHECK(text_of(opened->plain) == text, "what is opened is what was sealed");
    const auto again = broker.open(envelope);
    CHECK(!again && again.error() == RemarkKind::replayed_dropped, "nothing is opened twice");
}

void run(ByteView bytes) {
    FuzzInput input(bytes);
    if (input.choice(2) == 1) return open_turned(input);
    Sealer broker = new_broker();
    CHECK(!broker.open(input.left()).has_value(), "nobody makes up an envelope");
}

std::vector<Bytes> seeds() {
    Bytes shorter{0};
    shorter.insert(shorter.end(), genuine().begin(), genuine().end() - 1);
    return {{1, 0, 0}, {1, 1, 5, 0, 7, 0}, {1, 0, 3, 40, 0}, shorter};
}

const FuzzTarget envelope_target("envelope", run, seeds);

}  // namespace
}  // namespace invitro::protocol::fuzz
