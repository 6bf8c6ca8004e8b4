#include "protocol/broker/durable_broker.hpp"

#include "protocol/broker/decision.hpp"
#include "protocol/journal/records.hpp"
#include "protocol/timing.hpp"
#include "protocol/vocabulary/entropy.hpp"
#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/vocabulary/state.hpp"
#include "protocol/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace invitro::protocol {
namespace {

// The first byte of a record's payload. Raised when the layout of what follows changes.
enum class RecordKind : std::uint8_t { snapshot = 1, decision = 2 };

std::uint64_t journal_secret(const BrokerConfig& config) {
    const RandomValue drawn = draw(config.ticket_key, Purpose::journal_secret, 0);
    std::uint64_t secret = 0;
    std::memcpy(&secret, drawn.octets.data(), sizeof secret);
    return secret;
}

bool is_of_kind(const journal::Record& record, RecordKind kind) {
    return !record.payload.empty() && record.payload.front() == static_cast<std::uint8_t>(kind);
}

// Its record is whole, so only one of another version can be unreadable.
template <class T>
Result<T> content_of(const journal::Record& record, RecordKind kind) {
    if (!is_of_kind(record, kind)) return fail("a record of the journal is of another kind");
    return deserialise<T>(record.payload.subspan(1));
}

// The call that a client asks for or cancels here or at another node; none: it does neither.
CallId call_opened_or_ended(const Message& message) {
    const bool is_direct = std::holds_alternative<InviteRequest>(message) ||
                           std::holds_alternative<InviteCancel>(message);
    if (is_direct) return call_of(message);
    const auto* forwarded = std::get_if<ForwardedRequest>(&message);
    if (forwarded == nullptr || forwarded->call.is_none()) return {};
    const auto inner = decode(forwarded->datagram.view());
    const bool is_passed_on = inner && (std::holds_alternative<InviteRequest>(*inner) ||
                                        std::holds_alternative<InviteCancel>(*inner));
    return is_passed_on && call_of(*inner) == forwarded->call ? forwarded->call : CallId{};
}

}  // namespace

DurableBroker::DurableBroker(const BrokerConfig& config, Snapshots snapshots)
    : broker_(config), snapshots_(snapshots), secret_(journal_secret(config)) {}

DurableBroker::DurableBroker(const BrokerConfig& config, Instant now, Snapshots snapshots)
    : DurableBroker(config, snapshots) {
    write_snapshot(now);
}

Result<DurableBroker> DurableBroker::recover(const BrokerConfig& config,
                                             Instant now,
                                             const Storage& storage) {
    // The newest segment's snapshot may be torn; then the one before it is still there.
    for (std::size_t i = storage.segments.size(); i-- > 0;) {
        const auto read =
            journal::read_records(journal_secret(config), storage.durable, storage.segments[i]);
        if (!read) return tl::unexpected(read.error());
        if (read->records.empty()) continue;
        auto broker = replay(config, now, read->records);
        if (broker) broker->write_snapshot(now);
        return broker;
    }
    if (storage.durable != 0) return fail("no segment begins with a snapshot that is whole");
    // Nothing was ever durable, so nothing was ever acknowledged.
    return DurableBroker(config, now);
}

Result<DurableBroker> DurableBroker::replay(const BrokerConfig& config,
                                            Instant now,
                                            std::span<const journal::Record> records) {
    DurableBroker broker(config, Snapshots::written);
    auto state = content_of<BrokerState>(records.front(), RecordKind::snapshot);
    if (!state) return tl::unexpected(state.error());
    state->config = config;
    broker.broker_ = Broker(std::move(*state));
    broker.broker_.forget_rates();
    Instant latest = Instant::min();
    for (std::size_t i = 1; i < records.size(); ++i) {
        const auto decision = content_of<WaitingInput>(records[i], RecordKind::decision);
        if (!decision) return tl::unexpected(decision.error());
        if (decision->at < latest || decision->at > now) {
            return fail("the journal's times do not follow one another up to now");
        }
        latest = decision->at;
        broker.apply(decision->at, *decision);
        // Whoever it was for was told then, or will be told again.
        while (broker.broker_.poll_output()) {
        }
    }
    broker.journal_.written = broker.journal_.persisted = records.back().number;
    return broker;
}

void DurableBroker::handle(Instant now, const Input& input) {
    encode_snapshot();
    if (persists_.empty()) bytes_.clear();
    std::visit([&](const auto& one) { take(now, one); }, input);
}

std::optional<DurableBroker::Output> DurableBroker::poll_output() {
    if (!persists_.empty()) {
        encode_snapshot();
        const PendingPersist next = persists_.front();
        persists_.pop_front();
        return Persist{.number = next.number,
                       .bytes = ByteView{bytes_}.subspan(next.begin, next.size),
                       .starts_segment = next.starts_segment};
    }
    auto output = broker_.poll_output();
    if (!output) return std::nullopt;
    return std::visit([](auto& one) -> Output { return std::move(one); }, *output);
}

Instant DurableBroker::next_deadline() const {
    if (!journal_.waiting.empty()) return never;
    return std::min(broker_.next_deadline(), journal_.snapshot_due);
}

// ---- inputs -------------------------------------------------------------------------------------

void DurableBroker::take(Instant now, const ReceivedDatagram& datagram) {
    const bool must_wait = !journal_.waiting.empty();
    const auto message = decode(datagram.payload);
    // What is forged decides nothing, and is dropped at once.
    if (message && !broker_.believes(datagram.sender, *message)) {
        return broker_.apply(now, now, datagram);
    }
    const std::size_t waiting = journal_.waiting.size();
    if (message && !is_of_waiting_call(*message) &&
        !broker_.admits(now, datagram, *message, waiting)) {
        return;
    }
    // While others wait, the state lags behind: whatever may decide something then counts.
    const bool is_decision =
        message && (must_wait ? may_decide(*message) : decides(broker_.state(), *message));
    if (!is_decision && !must_wait) return broker_.apply(now, now, datagram);
    WaitingInput input;
    input.at = now;
    if (message) input.call = call_of(*message);
    input.source = datagram.source;
    input.sender = datagram.sender;
    input.datagram.assign(datagram.payload.begin(), datagram.payload.end());
    if (is_decision && journal_.waiting.size() < waiting_max) write_decision(input);
    wait(std::move(input));
}

// A request that was admitted is seen through also before it is on the disk: neither its repetition
// nor its end needs room of its own, whichever node passes them on. A few of them; who sends more
// is asked like anybody.
bool DurableBroker::is_of_waiting_call(const Message& message) const {
    const auto& waiting = journal_.waiting;
    const CallId call = waiting.empty() ? CallId{} : call_opened_or_ended(message);
    if (call.is_none()) return false;
    const auto known = std::count_if(
        waiting.begin(), waiting.end(), [&](const WaitingInput& one) { return one.call == call; });
    return known > 0 && known < waiting_of_call_max;
}

void DurableBroker::take(Instant now, const PushAnswered& answer) {
    if (journal_.waiting.empty()) return broker_.handle(now, answer);
    WaitingInput input;
    input.at = now;
    input.push_request = answer.request;
    input.push_outcome = answer.outcome;
    wait(std::move(input));
}

// Decides nothing and depends on nothing that is decided: it need not wait.
void DurableBroker::take(Instant now, const ReceivedSms& sms) {
    broker_.handle(now, sms);
}

void DurableBroker::take(Instant now, const DeadlineReached& deadline) {
    if (!journal_.waiting.empty()) return;
    broker_.handle(now, deadline);
    write_snapshot_if_due(now);
}

// Written down as the notice that a node would send, from nowhere: no datagram has such a source.
void DurableBroker::take(Instant now, const ChangeMembership& command) {
    std::array<std::uint8_t, cluster_datagram_size_max> bytes{};
    const MembershipNotice notice{.membership = command.membership};
    const std::size_t size = encode_message(notice, bytes);
    take(now,
         ReceivedDatagram{.source = {},
                          .destination = {},
                          .payload = ByteView{bytes}.first(size),
                          .sender = Party::of_broker(broker_.state().config.node)});
}

void DurableBroker::take(Instant now, const Persisted& persisted) {
    journal_.persisted = std::max(journal_.persisted, persisted.number);
    auto& waiting = journal_.waiting;
    const auto first_kept =
        std::find_if(waiting.begin(), waiting.end(), [&](const WaitingInput& input) {
            return input.after > journal_.persisted;
        });
    std::for_each(
        waiting.begin(), first_kept, [&](const WaitingInput& input) { apply(now, input); });
    waiting.erase(waiting.begin(), first_kept);
    if (!waiting.empty()) return;
    broker_.handle(now, DeadlineReached{});
    write_snapshot_if_due(now);
}

void DurableBroker::wait(WaitingInput input) {
    if (journal_.waiting.size() == waiting_max) {
        ++journal_.dropped;
        return;
    }
    input.after = journal_.written;
    journal_.waiting.push_back(std::move(input));
}

void DurableBroker::apply(Instant now, const WaitingInput& input) {
    if (input.datagram.empty()) {
        broker_.handle_late(
            input.at,
            now,
            PushAnswered{.request = input.push_request, .outcome = input.push_outcome});
    } else {
        broker_.apply(input.at,
                      now,
                      ReceivedDatagram{.source = input.source,
                                       .destination = broker_.state().config.address,
                                       .payload = input.datagram,
                                       .sender = input.sender});
    }
}

// ---- the journal --------------------------------------------------------------------------------

DurableBroker::PendingPersist& DurableBroker::begin_write(bool starts_segment) {
    persists_.push_back({.number = ++journal_.written, .starts_segment = starts_segment});
    if (starts_segment) journal_.segment_size = journal_.snapshot_size = 0;
    return persists_.back();
}

void DurableBroker::write(PendingPersist& pending, ByteView payload) {
    pending.begin = bytes_.size();
    journal::append_record(secret_, pending.number, payload, bytes_);
    pending.size = bytes_.size() - pending.begin;
    pending.is_encoded = true;
    journal_.segment_size += pending.size;
    if (pending.starts_segment) journal_.snapshot_size = pending.size;
}

void DurableBroker::write_decision(const WaitingInput& input) {
    scratch_.assign(1, static_cast<std::uint8_t>(RecordKind::decision));
    serialise(input, scratch_);
    write(begin_write(false), scratch_);
    journal_.snapshot_due =
        std::min(journal_.snapshot_due, input.at + timing::journal_snapshot_interval);
}

void DurableBroker::write_snapshot(Instant now) {
    CHECK(journal_.waiting.empty(), "a snapshot holds everything that was decided before it");
    begin_write(true);
    // What it holds of calls and transfers is to go once they are over.
    const auto& sessions = broker_.state().sessions.records;
    const bool holds_data =
        broker_.state().holds_calls() ||
        std::any_of(sessions.begin(), sessions.end(), [](const SessionRecord& record) {
            return !record.transfer.empty();
        });
    journal_.snapshot_due = holds_data ? now + timing::journal_snapshot_interval : never;
}

// The state is still the one of which the snapshot was asked for: nothing was handled since.
void DurableBroker::encode_snapshot() {
    for (PendingPersist& pending : persists_) {
        if (pending.is_encoded) continue;
        pending.is_encoded = true;
        if (snapshots_ == Snapshots::omitted) continue;
        scratch_.assign(1, static_cast<std::uint8_t>(RecordKind::snapshot));
        serialise(broker_.state(), scratch_);
        write(pending, scratch_);
    }
}

void DurableBroker::write_snapshot_if_due(Instant now) {
    const bool is_long =
        journal_.segment_size > std::max(segment_size_max, 2 * journal_.snapshot_size);
    if (journal_.snapshot_due <= now || is_long) write_snapshot(now);
}

}  // namespace invitro::protocol
