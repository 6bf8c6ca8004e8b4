// A second, tiny protocol in the same simulator: clients ping a server and repeat until it answers.
// It shows that the simulator knows nodes only through their contract.
#include "protocol/exchange/retransmission.hpp"
#include "protocol/node.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "sim/platform_fixture.hpp"
#include "sim/simulation.hpp"
#include "sim/world_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace invitro::sim {
namespace {

using protocol::field;
using namespace protocol::literals;

struct AskCommand {
    bool operator==(const AskCommand&) const = default;

    static constexpr auto fields() { return std::tuple{}; }
};

struct Answered {
    std::uint8_t tries = 0;

    bool operator==(const Answered&) const = default;

    static constexpr auto fields() { return std::tuple{field("tries", &Answered::tries)}; }
};

struct NoRemark {
    bool operator==(const NoRemark&) const = default;

    static constexpr auto fields() { return std::tuple{}; }
};

struct PingService {
    using Command = std::variant<AskCommand>;
    using Notification = std::variant<Answered>;
    using Remark = NoRemark;

    static protocol::CallId call_of(protocol::ByteView) { return {}; }
};

using PingOutput = protocol::Output<PingService::Notification, NoRemark>;

template <class Outbox>
void send_byte(Outbox& outbox,
               const protocol::Address& from,
               const protocol::Address& to,
               char byte) {
    outbox.reserve(1)[0] = static_cast<std::uint8_t>(byte);
    outbox.send(from, to, 1);
}

// Writes down every datagram, a byte each, and answers it once that is durable.
class Server {
public:
    struct State {
        std::uint64_t remembered = 0;
        std::vector<protocol::Address> waiting;

        bool operator==(const State&) const = default;

        static constexpr auto fields() {
            return std::tuple{field("remembered", &State::remembered),
                              field("waiting", &State::waiting)};
        }
    };

    using Input =
        std::variant<protocol::ReceivedDatagram, protocol::DeadlineReached, protocol::Persisted>;
    using Output = std::
        variant<protocol::SendDatagram, protocol::Persist, PingService::Notification, NoRemark>;

    Server() = default;

    explicit Server(std::uint64_t remembered) { state_.remembered = remembered; }

    void handle(Instant, const Input& input) {
        if (const auto* ping = std::get_if<protocol::ReceivedDatagram>(&input)) {
            state_.waiting.push_back(ping->source);
            to_write_ = state_.remembered + state_.waiting.size();
        } else if (const auto* persisted = std::get_if<protocol::Persisted>(&input)) {
            for (; state_.remembered < persisted->number; ++state_.remembered) {
                answers_.push_back(state_.waiting.front());
                state_.waiting.erase(state_.waiting.begin());
            }
        }
    }

    std::optional<Output> poll_output() {
        if (to_write_ != 0) {
            return protocol::Persist{.number = std::exchange(to_write_, 0),
                                     .bytes = protocol::ByteView{&byte, 1}};
        }
        if (answers_.empty()) return std::nullopt;
        const protocol::SendDatagram answer{
            broker_address(0), answers_.back(), protocol::ByteView{&byte, 1}};
        answers_.pop_back();
        return answer;
    }

    [[nodiscard]] Instant next_deadline() const { return protocol::never; }

    [[nodiscard]] const State& state() const { return state_; }

private:
    static constexpr std::uint8_t byte = 'o';

    State state_;
    std::uint64_t to_write_ = 0;
    std::vector<protocol::Address> answers_;
};

// Pings on command and repeats until the answer comes.
class Pinger {
public:
    struct State {
        protocol::Retransmission ping;

        bool operator==(const State&) const = default;

        static constexpr auto fields() { return std::tuple{field("ping", &State::ping)}; }
    };

    using Input =
        std::variant<protocol::ReceivedDatagram, protocol::DeadlineReached, PingService::Command>;
    using Output = PingOutput;

    void handle(Instant now, const Input& input) {
        if (std::holds_alternative<protocol::ReceivedDatagram>(input)) {
            if (!state_.ping.is_active()) return;  // a second answer
            state_.ping.stop();
            outbox_.tell(Answered{.tries = state_.ping.tries});
        } else if (std::holds_alternative<PingService::Command>(input)) {
            state_.ping.start(now);
        }
        if (state_.ping.is_due(now)) {
            send_byte(outbox_, {}, broker_address(0), 'i');
            state_.ping.tried(now);
        }
    }

    std::optional<Output> poll_output() { return outbox_.poll(); }

    [[nodiscard]] Instant next_deadline() const { return state_.ping.due; }

    [[nodiscard]] const State& state() const { return state_; }

private:
    State state_;
    protocol::Outbox<Output> outbox_;
};

static_assert(protocol::Node<Server> && protocol::Node<Pinger>);

class PingCast {
public:
    using Service = PingService;

    struct Action {
        NodeIndex device{};
    };

    explicit PingCast(const scenarios::World& world) : pingers_(world.devices.size()) {}

    template <class Stage>
    void start(Stage& stage) {
        for (std::uint32_t row = 0; row < pingers_.size(); ++row) {
            stage.schedule(stage.now() + 1s, {stage.places().node_of(row)});
        }
    }

    template <class Stage, class F>
    void visit(Stage& stage, NodeIndex node, F&& f) {
        if (node == first_broker) f(*server_);
        if (stage.places().is_device(node)) f(pingers_[stage.places().row_of(node)]);
    }

    template <class Stage>
    void perform(Stage& stage, const Action& action) {
        stage.give(action.device, AskCommand{});
    }

    template <class Stage>
    void heard(Stage&, NodeIndex, const PingService::Notification&) {}

    template <class Stage>
    void crash(Stage&, NodeIndex node, CrashKeeps) {
        if (node == first_broker) server_.reset();
    }

    template <class Stage>
    bool restart(Stage&, NodeIndex, std::uint32_t, const protocol::Storage& storage) {
        remembered = storage.segments.empty() ? 0 : storage.segments.back().size();
        server_.emplace(remembered);
        return true;
    }

    std::uint64_t remembered = 0;  // by the last server that began again

    static std::optional<TokenPlace> locate(protocol::ByteView, Instant) { return std::nullopt; }

private:
    std::optional<Server> server_ = Server{};
    std::vector<Pinger> pingers_;
};

// Keeps how often each answered device had to try.
class Answers : public BasicObserver<PingService> {
public:
    void observe(const model::BasicEvent<PingService>& event) override {
        using Notified = model::Notified<PingService::Notification>;
        if (const auto* notified = std::get_if<Notified>(&event.body)) {
            tries.push_back(std::get<Answered>(notified->notification).tries);
        }
    }

    std::vector<std::uint8_t> tries;
};

struct WorldRun {
    RunSummary summary;
    std::vector<std::uint8_t> tries;
    std::uint64_t remembered = 0;
};

WorldRun run_pings(const scenarios::World& world) {
    PingCast cast(world);
    Answers answers;
    BasicObserver<PingService>* const observers[] = {&answers};
    Simulation<PingCast> simulation(world, shared_test_platform(), cast, observers);
    const RunSummary summary = simulation.run();
    return {summary, answers.tries, cast.remembered};
}

TEST(SecondProtocol, every_ping_is_answered_at_the_first_try_when_nothing_is_lost) {
    const WorldRun run = run_pings(small_world(4));
    EXPECT_EQ(run.tries, std::vector<std::uint8_t>(5, 1));
    EXPECT_EQ(run.summary.datagrams_delivered, 10U);
    EXPECT_TRUE(run.summary.quiescent);
}

TEST(SecondProtocol, repetition_heals_loss) {
    scenarios::World world = small_world(20);
    world.core.loss = model::probability(0.5);
    const WorldRun run = run_pings(world);
    EXPECT_EQ(run.tries.size(), 21U);
    EXPECT_GT(*std::max_element(run.tries.begin(), run.tries.end()), 1);
}

// All ping at the same second; the server goes down when the first of them are durable, and comes
// back with exactly those whose answer was sent or could have been.
TEST(SecondProtocol, a_server_that_crashes_goes_on_from_what_its_disk_holds) {
    scenarios::World world = small_world(20);
    for (std::uint32_t i = 0; i < world.networks.size(); ++i) {
        world.networks[i].site = model::SiteIndex{static_cast<std::uint16_t>(2 * i)};
    }
    const WorldRun undisturbed = run_pings(world);
    world.faults.push_back({.number = 0,
                            .kind = model::FaultKind::broker_crash,
                            .start = protocol::Instant{1050ms},
                            .end = protocol::Instant{2s},
                            .target = {.kind = model::NodeKind::broker, .number = 0}});
    const WorldRun crashed = run_pings(world);
    EXPECT_EQ(crashed.tries.size(), 21U);
    EXPECT_GT(*std::max_element(crashed.tries.begin(), crashed.tries.end()), 1);
    EXPECT_GT(crashed.remembered, 0U);
    EXPECT_LT(crashed.remembered, 21U);
    const auto down = static_cast<std::size_t>(model::DropReason::node_down);
    EXPECT_GT(crashed.summary.datagrams_dropped[down], 0U);
    EXPECT_EQ(undisturbed.summary.datagrams_dropped[down], 0U);
}

TEST(SecondProtocol, the_same_world_has_the_same_fingerprint_and_another_seed_another) {
    scenarios::World world = small_world(3);
    world.core.loss = model::probability(0.3);
    const WorldRun first = run_pings(world);
    const WorldRun second = run_pings(world);
    EXPECT_EQ(first.summary, second.summary);
    world.seed = 2;
    EXPECT_NE(run_pings(world).summary.fingerprint, first.summary.fingerprint);
}

}  // namespace
}  // namespace invitro::sim
