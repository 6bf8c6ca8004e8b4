// Fuzzes recovery: whatever lies in the segments, recovering gives a broker that works or says why
// it does not. Three kinds of input: arbitrary bytes; a genuine segment with some bytes turned; and
// decisions of anybody's making, behind a genuine snapshot and under checks that are right. A
// snapshot under a right check is believed, as long as it can be read to its end.
#include "protocol/broker/fuzzed_broker_test.hpp"
#include "protocol/journal/records.hpp"
#include "protocol/vocabulary/entropy.hpp"

#include <cstring>

namespace invitro::protocol::fuzz {
namespace {

using namespace literals;

// What a broker with calls under way has written: snapshot and decisions.
const std::vector<Bytes>& genuine_segments() {
    static const std::vector<Bytes> segments = [] {
        FuzzedBroker broker;
        broker.pass(3s);
        for (const std::uint32_t number : {2U, 3U}) {
            broker.receive(
                address_of(number),
                encoded(InviteAccept{.call = call_of_number(1),
                                     .device = device_of(number),
                                     .ticket = broker.ticket(call_of_number(1), device_of(number)),
                                     .connection = example_connection()}));
            broker.persist();
        }
        broker.crash(0);
        broker.persist();
        broker.receive(address_of(1), encoded(FuzzedBroker::request(2)));
        broker.receive(address_of(4), encoded(FuzzedBroker::registration(4)));
        broker.persist();
        return broker.segments();
    }();
    return segments;
}

std::uint64_t journal_secret() {
    const RandomValue drawn = draw(fuzzed_config().ticket_key, Purpose::journal_secret, 0);
    std::uint64_t secret = 0;
    std::memcpy(&secret, drawn.octets.data(), sizeof secret);
    return secret;
}

// The broker that comes back, if one does, is used: it serves, hears and forgets.
void recover(std::uint64_t durable, std::span<const ByteView> segments) {
    const Instant now = instant_at(0) + 100s;
    auto broker = DurableBroker::recover(
        fuzzed_config(9), now, Storage{.segments = segments, .durable = durable});
    if (!broker) return;
    const auto drain = [&] {
        while (broker->poll_output()) {
        }
    };
    drain();
    broker->handle(now, Persisted{.number = broker->state().journal.written});
    drain();
    Instant at = now;
    for (int i = 0; i < 200 && broker->next_deadline() <= now + 10min; ++i) {
        at = std::max(at, broker->next_deadline());
        broker->handle(at, DeadlineReached{});
        drain();
    }
    const Bytes payload = encoded(FuzzedBroker::registration(2));
    broker->handle(
        at,
        ReceivedDatagram{
            .source = address_of(2), .destination = fuzzed_config().address, .payload = payload});
    drain();
    broker->handle(at, Persisted{.number = broker->state().journal.written});
    drain();
}

void recover_arbitrary(FuzzInput& input) {
    const ByteView first = input.bytes(input.number(2));
    const std::uint64_t durable = input.octet();
    recover(durable, std::vector<ByteView>{first, input.left()});
}

void recover_turned(FuzzInput& input) {
    std::vector<Bytes> segments = genuine_segments();
    turn_bytes(input, segments[input.choice(segments.size())]);
    const std::uint64_t durable = input.octet();
    recover(durable, std::vector<ByteView>(segments.begin(), segments.end()));
}

// Genuine payloads, decisions turned or replaced, under checks that are right.
void recover_hostile(FuzzInput& input) {
    const std::uint64_t secret = journal_secret();
    const auto read = journal::read_records(secret, 0, genuine_segments().back());
    CHECK(read.has_value() && !read->records.empty(), "genuine records can be read");
    Bytes segment;
    std::uint64_t number = 0;
    while (!input.is_at_end() && number < 8) {
        const auto& records = read->records;
        const ByteView genuine = records[number % records.size()].payload;
        Bytes payload(genuine.begin(), genuine.end());
        const std::size_t form = number == 0 ? 0 : input.choice(4);
        if (form == 1) turn_bytes(input, payload);
        if (form == 2) {
            const ByteView own = input.bytes(input.number(2) % 512);
            payload.assign(own.begin(), own.end());
        }
        ++number;
        journal::append_record(secret, number, payload, segment);
    }
    recover(number, std::vector<ByteView>{segment});
}

void run(ByteView bytes) {
    FuzzInput input(bytes);
    switch (input.choice(4)) {
        case 0:
            return recover_arbitrary(input);
        case 1:
            return recover_turned(input);
        default:
            return recover_hostile(input);
    }
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> all{{1, 0, 0, 9, 0, 1}, {2, 0, 0, 0}, {2, 2, 40, 0, 2, 3, 1, 0}};
    for (const Bytes& segment : genuine_segments()) {
        Bytes seed{0, 0, 0};
        seed.insert(seed.end(), segment.begin(), segment.end());
        all.push_back(std::move(seed));
    }
    for (std::uint8_t at = 0; at < 64; ++at) {
        all.push_back({2, 1, 0, at, 0, 0xFF, 1, 0, 0, 0});
    }
    return all;
}

const FuzzTarget recovery_target("recovery", run, seeds);

}  // namespace
}  // namespace invitro::protocol::fuzz
