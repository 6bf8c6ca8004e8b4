// Crashes, restarts and disks in the discrete-event loop; see sim/simulation.hpp, which includes
// this file.
//
// A crash takes the node's program with all that it held: its timers, what waited for it while it
// was paused, answers it was waiting for, and what its disk had not made durable. What reaches it
// while it is down is lost; what is still on the network by then reaches the next incarnation.
#pragma once

#include "sim/simulation.hpp"

namespace invitro::sim {

template <class Cast>
bool Simulation<Cast>::is_down(NodeIndex node) const {
    if (lives_.empty()) return false;
    const NodeLife* life = lives_.find(raw(node));
    return life != nullptr && life->is_down;
}

template <class Cast>
std::uint32_t Simulation<Cast>::incarnation(NodeIndex node) const {
    const NodeLife* life = lives_.empty() ? nullptr : lives_.find(raw(node));
    return life == nullptr ? 1 : life->incarnation;
}

template <class Cast>
void Simulation<Cast>::start_node(NodeIndex node) {
    const model::Sequence before = current_;
    current_ = emit(node, {}, model::NodeStarted{incarnation(node)});
    cast_.visit(*this, node, [&](auto& one) { drain(node, one); });
    current_ = before;
}

// A node that a fault concerns goes down or comes back. One fault may end while another lasts.
template <class Cast>
void Simulation<Cast>::change_crashes(const model::Fault& fault, bool starts) {
    const model::Sequence cause = current_;
    for (std::uint32_t i = 0; i < places_.node_count(); ++i) {
        const NodeIndex node{i};
        const model::NodeId name = places_.id(node);
        if (!fault.concerns(name) || !model::crashes(fault.kind, name)) continue;
        current_ = cause;
        if (starts) {
            crash(node, fault);
        } else if (is_down(node) && !faults_.keeps_down(name)) {
            restart(node);
        }
    }
}

template <class Cast>
void Simulation<Cast>::crash(NodeIndex node, const model::Fault& fault) {
    NodeLife& life = *lives_.try_emplace(raw(node)).first;
    if (life.is_down) return;
    life.is_down = true;
    ++life.incarnation;
    timers_[raw(node)].due = protocol::never;
    std::uint64_t bytes_lost = 0;
    if (model::Disk* disk = disks_.find(raw(node))) {
        bytes_lost = disk->crash(crash_draw(world_.seed, places_.id(node), fault));
    }
    const bool is_reinstalled = fault.kind == model::FaultKind::device_reinstall;
    current_ = emit(
        node, {}, model::NodeCrashed{.bytes_lost = bytes_lost, .is_reinstalled = is_reinstalled});
    cast_.crash(*this, node, is_reinstalled ? CrashKeeps::nothing : CrashKeeps::storage);
}

template <class Cast>
void Simulation<Cast>::restart(NodeIndex node) {
    NodeLife& life = *lives_.find(raw(node));
    const model::Disk* disk = disks_.find(raw(node));
    const auto segments = disk == nullptr ? std::vector<protocol::ByteView>{} : disk->segments();
    const protocol::Storage storage{.segments = segments,
                                    .durable = disk == nullptr ? 0 : disk->durable_number()};
    if (!cast_.restart(*this, node, life.incarnation, storage)) {
        emit(node, {}, model::StorageRefused{});
        return;
    }
    life.is_down = false;
    start_node(node);
    for (const scenarios::Relay& relay : world_.relays) {
        if (places_.relay(relay.number) == node) tell_room(relay);
    }
    if (takes_pushes(node)) deliver_stored_pushes(node, current_);
}

// ---- relays -------------------------------------------------------------------------------------

template <class Cast>
void Simulation<Cast>::change_rooms(const model::Fault& fault) {
    for (const scenarios::Relay& relay : world_.relays) {
        if (fault.concerns({.kind = model::NodeKind::relay, .number = relay.number})) {
            tell_room(relay);
        }
    }
}

// A relay that others fill has no room, until they leave it.
template <class Cast>
void Simulation<Cast>::tell_room(const scenarios::Relay& relay) {
    const NodeIndex node = *places_.relay(relay.number);
    if (is_down(node)) return;
    const bool is_full = faults_.is_exhausted(places_.id(node));
    feed(node, protocol::CapacityChanged{is_full ? 0 : relay.couplings});
}

// ---- disks --------------------------------------------------------------------------------------

template <class Cast>
void Simulation<Cast>::carry_out(NodeIndex node, const protocol::Persist& persist) {
    const std::uint64_t digest = digest_of(persist.bytes);
    model::Disk& disk =
        *disks_.try_emplace(raw(node), model::DiskProfile{.keeps_bytes = keeps_storage_}).first;
    const protocol::Duration slower_by =
        faults_.none() ? protocol::Duration{} : faults_.disk_slower_by(places_.id(node));
    const Instant durable = disk.write(now_, persist, slower_by);
    DiskWrite write{.node = node,
                    .incarnation = incarnation(node),
                    .is_durable = false,
                    .number = persist.number,
                    .cause = emit(node,
                                  {},
                                  model::BytesWritten{
                                      .number = persist.number,
                                      .starts_segment = persist.starts_segment,
                                      .payload = persist.bytes,
                                      .digest = digest,
                                  })};
    // What a world begins with has been on the disk for long.
    const bool is_initial = now_ == Instant{} && write.incarnation == 1;
    if (is_initial) made_durable(write);
    queue_.push(is_initial ? now_ : durable, ticket(Kind::disk_write, writes_.add(write)));
}

template <class Cast>
void Simulation<Cast>::made_durable(DiskWrite& write) {
    disks_.find(raw(write.node))->done();
    write.is_durable = true;
    write.cause = emit_caused(write.node, {}, write.cause, model::BytesPersisted{write.number});
}

// The disk goes on while its node is paused.
template <class Cast>
void Simulation<Cast>::finish_write(std::uint32_t slot) {
    DiskWrite write = writes_.take(slot);
    if (write.incarnation != incarnation(write.node)) return;  // the crash has settled it
    if (!write.is_durable) made_durable(write);
    if (is_paused(write.node)) {
        postpone(write.node, ticket(Kind::disk_write, writes_.add(write)));
        return;
    }
    current_ = write.cause;
    feed(write.node, protocol::Persisted{write.number});
}

template <class Cast>
void Simulation<Cast>::damage_disks(const model::Fault& fault) {
    for (std::uint32_t i = 0; i < places_.node_count(); ++i) {
        const model::NodeId name = places_.id(NodeIndex{i});
        model::Disk* disk = fault.concerns(name) ? disks_.find(i) : nullptr;
        if (disk == nullptr) continue;
        const std::uint64_t draw =
            model::draw(world_.seed, model::Subsystem::disk, model::key_of(name), fault.number, 1);
        emit(NodeIndex{i}, {}, model::StorageDamaged{disk->damage(draw)});
    }
}

}  // namespace invitro::sim
