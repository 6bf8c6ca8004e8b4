// A broker that forgets nothing it has acknowledged, whenever it crashes.
//
// It keeps a Broker and a journal of the messages that decided something, in the order in which
// they came. Such a message is written first and handled once it is durable; whatever comes
// meanwhile waits behind it, so the order in the journal is the order of the decisions
// (docs/PROTOCOL.md rule 4). The rest of what a broker knows (who has been heard, what is being
// repeated) a crash may take: whoever is concerned repeats it.
//
// A segment begins with a snapshot of the broker's state; recovery reads the newest whole one and
// handles the messages behind it again, at the times at which they came. Time decides too (a
// lifetime that is over), and does so from the same times in the same way.
#pragma once

#include "protocol/broker/broker.hpp"
#include "protocol/journal/persist.hpp"
#include "protocol/journal/records.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/vocabulary/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <tuple>
#include <variant>
#include <vector>

namespace invitro::protocol {

// An input that waits until the journal up to `after` is durable. The bytes are a datagram's; an
// answer of the push service has none.
struct WaitingInput {
    Instant at{};
    std::uint64_t after = 0;
    CallId call;  // that a datagram is about
    Address source;
    Party sender;
    std::vector<std::uint8_t> datagram;
    std::uint64_t push_request = 0;
    PushOutcome push_outcome = PushOutcome::accepted;

    bool operator==(const WaitingInput&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("at", &WaitingInput::at),
                          field("after", &WaitingInput::after),
                          field("call", &WaitingInput::call),
                          field("source", &WaitingInput::source),
                          field("sender", &WaitingInput::sender),
                          field("datagram", &WaitingInput::datagram),
                          field("push_request", &WaitingInput::push_request),
                          field("push_outcome", &WaitingInput::push_outcome)};
    }
};

struct JournalState {
    std::uint64_t written = 0;        // number of the last record handed to the owner
    std::uint64_t persisted = 0;      // number of the last record known to be durable
    std::uint64_t segment_size = 0;   // the newest segment's
    std::uint64_t snapshot_size = 0;  // of its first record
    // When the next snapshot is due, so that what calls have left behind does not stay on disk.
    Instant snapshot_due = never;
    std::vector<WaitingInput> waiting;  // in the order in which they came
    Counter dropped;                    // inputs, because too many were waiting

    bool operator==(const JournalState&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("written", &JournalState::written),
                          field("persisted", &JournalState::persisted),
                          field("segment_size", &JournalState::segment_size),
                          field("snapshot_size", &JournalState::snapshot_size),
                          field("snapshot_due", &JournalState::snapshot_due),
                          field("waiting", &JournalState::waiting),
                          field("dropped", &JournalState::dropped)};
    }
};

// What an owner wants to have of snapshots. One that will never recover anything (a simulation
// without crashes, of millions of devices) need not pay for them: their records are empty then.
enum class Snapshots : std::uint8_t { written = 0, omitted = 1 };

class DurableBroker {
public:
    using Input = std::variant<ReceivedDatagram,
                               PushAnswered,
                               ReceivedSms,
                               DeadlineReached,
                               ChangeMembership,
                               Persisted>;
    using Output = std::variant<SendDatagram,
                                SendPush,
                                OpenStream,
                                SendStream,
                                CloseStream,
                                SendSms,
                                SendMail,
                                Persist,
                                Notification,
                                Remark>;

    struct State {
        BrokerState broker;
        JournalState journal;

        bool operator==(const State&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("broker", &State::broker), field("journal", &State::journal)};
        }
    };

    // More inputs do not wait; their senders repeat them.
    static constexpr std::size_t waiting_max = 4096;
    // How many of them one call may have without being asked whether there is room.
    static constexpr std::ptrdiff_t waiting_of_call_max = 8;
    // A longer segment ends, unless its snapshot alone is more than half as long.
    static constexpr std::uint64_t segment_size_max = std::uint64_t{16} << 20;

    // A broker with an empty memory. It asks for its first segment at once: drain it. What is
    // preregistered before that is in its snapshot.
    DurableBroker(const BrokerConfig& config,
                  Instant now,
                  Snapshots snapshots = Snapshots::written);

    // The broker whose memory lies in this storage, of which a crash may have torn what was not
    // durable. `config` has the seed of the new incarnation. It asks for a new segment at once.
    // Error: what was durable is damaged.
    static Result<DurableBroker> recover(const BrokerConfig& config,
                                         Instant now,
                                         const Storage& storage);

    void handle(Instant now, const Input& input);

    std::optional<Output> poll_output();

    // Never while it waits for its journal: nothing is decided by time either, until what came
    // before is.
    [[nodiscard]] Instant next_deadline() const;

    // Not the broker's own journal state alone: what is durable is what the owner was asked for.
    [[nodiscard]] State state() const { return {broker_.state(), journal_}; }

    // The same without a copy.
    [[nodiscard]] const BrokerState& broker_state() const { return broker_.state(); }
    [[nodiscard]] const JournalState& journal_state() const { return journal_; }

    // See Broker::key_of().
    [[nodiscard]] std::optional<PublicKey> key_of(const DeviceId& device) const {
        return broker_.key_of(device);
    }

    // See Broker::preregister(). Not written to the journal but in the next snapshot.
    void preregister(Instant now, const RegisterDevice& registration) {
        broker_.preregister(now, registration);
    }

private:
    struct PendingPersist {
        std::uint64_t number = 0;
        std::size_t begin = 0;
        std::size_t size = 0;
        bool starts_segment = false;
        bool is_encoded =
            false;  // a snapshot is when it is polled, so that nothing is copied twice
    };

    DurableBroker(const BrokerConfig& config, Snapshots snapshots);

    static Result<DurableBroker> replay(const BrokerConfig& config,
                                        Instant now,
                                        std::span<const journal::Record> records);

    void take(Instant now, const ReceivedDatagram& datagram);
    void take(Instant now, const PushAnswered& answer);
    void take(Instant now, const ReceivedSms& sms);
    void take(Instant now, const DeadlineReached& deadline);
    void take(Instant now, const ChangeMembership& command);
    void take(Instant now, const Persisted& persisted);

    [[nodiscard]] bool is_of_waiting_call(const Message& message) const;
    void wait(WaitingInput input);
    // Decides as of when it came, and sends as of now.
    void apply(Instant now, const WaitingInput& input);
    PendingPersist& begin_write(bool starts_segment);
    void write(PendingPersist& pending, ByteView payload);
    void write_decision(const WaitingInput& input);
    void write_snapshot(Instant now);
    void encode_snapshot();
    void write_snapshot_if_due(Instant now);

    Broker broker_;
    JournalState journal_;
    Snapshots snapshots_ = Snapshots::written;
    std::uint64_t secret_ = 0;           // of the journal's checks
    std::vector<std::uint8_t> scratch_;  // a payload that is being put together
    // Not part of the state: empty whenever somebody looks.
    std::vector<std::uint8_t> bytes_;
    std::deque<PendingPersist> persists_;
};

}  // namespace invitro::protocol
