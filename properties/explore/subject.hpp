// What the explorer explores: machines that are told what happened and say what they send.
//
// The explorer knows nothing else of a protocol. Its machines are values behind a pointer that only
// the subject can read; what passes between them is bytes. All functions are pure: called twice
// with equal arguments, from whatever thread, they give equal results.
//
// Time is what the machines are told. Nothing takes any: what is sent can arrive at once, or at any
// later moment of its instant, in any order. Only when nothing is left to happen at an instant does
// time go on, to the earliest deadline.
#pragma once

#include "properties/explore/hash.hpp"
#include "protocol/vocabulary/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace invitro::properties::explore {

using protocol::Duration;
using protocol::Instant;

// The place of a machine in the subject's list.
using Node = std::uint32_t;
using Bytes = std::vector<std::uint8_t>;
using Machine = std::shared_ptr<const void>;

// `act`: what a person does; it is never lost and never comes twice.
enum class InputKind : std::uint8_t { message = 0, act = 1 };

// What is on its way to a machine.
struct Input {
    Node to = 0;
    InputKind kind = InputKind::message;
    // Part of one move with what sent it: arrives before anything else happens, and is never lost.
    bool is_urgent = false;
    Bytes content;
};

// What may happen to a machine. `crash` takes what is not durable, and it begins again at once;
// `input_then_crash`: it has just made durable what follows from the input, and has said nothing.
enum class Happening : std::uint8_t { input = 0, deadline = 1, crash = 2, input_then_crash = 3 };

// Facts are what was seen of the machines from outside, in numbered words of bits: all that the
// promises look at. `count` sets a bit, and the next one if that is set already.
enum class FactOperation : std::uint8_t { set = 0, count = 1, clear = 2 };

struct FactChange {
    std::uint16_t word = 0;
    FactOperation operation = FactOperation::set;
    std::uint8_t bit = 0;

    bool operator==(const FactChange&) const = default;
};

using Facts = std::span<const std::uint32_t>;

struct Outcome {
    Machine after;
    std::vector<Input> sent;
    std::vector<FactChange> facts;
    std::vector<std::string> notes;  // for a person who reads a counterexample
};

// A renaming of machines under which the subject is the same: by node, and by word of facts.
struct Symmetry {
    std::vector<Node> node;
    std::vector<std::uint16_t> word;
};

// A name of a machine's state or of an input, equal for those that will behave alike. `references`
// are ids that mean something only to who else has them: the name has where each one stands.
struct Name {
    Bytes bytes;
    std::vector<Hash128> references;
};

// Something that must hold, in every state or in every last one.
struct Promise {
    std::string id;
    std::string sentence;
    std::function<bool(Facts)> holds;
};

// Which of the budgets a machine's crash costs.
enum class CrashKind : std::uint8_t { never = 0, crash = 1, kill = 2 };

struct Subject {
    std::vector<Machine> machines;
    std::vector<CrashKind> crash_kinds;  // by machine
    std::vector<Input> inputs;           // on their way at the start
    std::size_t fact_words = 0;
    std::vector<Symmetry> symmetries;  // at least one; the first renames nothing
    std::vector<Promise> invariants;   // of every state
    std::vector<Promise> goals;        // of every state in which nothing is left to happen

    // `input` counts for the happenings that have one.
    std::function<Outcome(
        Node node, const Machine& machine, Instant now, Happening happening, const Input& input)>
        step;
    std::function<Instant(Node node, const Machine& machine)> deadline;
    // Tells apart whatever may ever behave differently, times as they are from `now` on.
    std::function<void(Node node, const Machine& machine, Instant now, Bytes& out)> write_state;
    // As seen when machines are renamed.
    std::function<Name(Node node, const Machine& machine, Instant now, const Symmetry& symmetry)>
        name_state;
    std::function<Name(const Input& input, const Symmetry& symmetry)> name_input;
    std::function<std::string(const Input& input)> describe;
    std::function<std::string(Node node)> describe_node;
};

}  // namespace invitro::properties::explore
