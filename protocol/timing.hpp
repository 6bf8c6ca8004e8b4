// The one table of every bound and period of the service. Properties read the same table.
#pragma once

#include "protocol/vocabulary/time.hpp"

#include <cstdint>

namespace invitro::protocol::timing {

using namespace literals;

// ---- exchanges: a message that wants an answer is repeated until it comes -----------------------

// First wait, then doubled up to the cap. The cap is such that six tries fit in the liveness
// window.
inline constexpr Duration retransmission_first = 500ms;
inline constexpr Duration retransmission_max = 4s;

// A push is repeated until the device rings: waits of 2 s, then 4 s, 4 s, ...
inline constexpr Duration push_repeat_first = 2s;
inline constexpr Duration push_repeat_max = 4s;

// ---- registration -------------------------------------------------------------------------------

inline constexpr Duration lease_max = 24h;
// A registered device refreshes when this share of its lease has passed: 1/2.
inline constexpr int lease_refresh_divisor = 2;

// How long possession of a number or an address once shown counts. A registration made in the
// second half of that time brings a renewed credential; a newer proof of somebody else ends it.
inline constexpr Duration credential_lifetime = 30 * 24h;
// How long what proves possession may be on its way: the challenge that answers an SMS, and a link
// in a mailbox.
inline constexpr Duration challenge_lifetime = 10min;
inline constexpr Duration mail_link_lifetime = 1h;
// An SMS is sent again after 30 s, 60 s, 120 s, ...; a mail is asked for again after 5 min, 10 min.
inline constexpr Duration sms_repeat_first = 30s;
inline constexpr Duration sms_repeat_max = 2min;
inline constexpr int sms_tries_max = 5;
inline constexpr Duration mail_repeat_first = 5min;
inline constexpr Duration mail_repeat_max = 10min;
inline constexpr int mail_tries_max = 3;

// ---- invitation ---------------------------------------------------------------------------------

inline constexpr Duration invitation_lifetime_default = 60s;
inline constexpr Duration invitation_lifetime_max = 180s;
// A request that an overloaded broker refused is repeated no sooner, whatever the broker says.
inline constexpr Duration refused_retry_min = 1s;
// After expiry, accepts that were on their way still count, and what is owed is still delivered.
inline constexpr Duration grace = 60s;
// Participants of a call keep their NAT mapping to the broker open (mappings may last only 30 s).
inline constexpr Duration call_keep_alive = 12s;

// The liveness window: what is promised needs this long a stretch of working network, in which at
// most `failed_tries_max` tries of one exchange fail in a row.
inline constexpr Duration liveness_window = 30s;
inline constexpr int failed_tries_max = 5;

// What was decided is in the journal at once; a snapshot follows after this, and again while it
// holds calls, so that connection data is off the disk within twice this time of a call's end.
inline constexpr Duration journal_snapshot_interval = 5min;

// ---- sessions at the broker ---------------------------------------------------------------------

// A session's record lasts so long after one of its ends has last spoken of it, which both do so
// often.
inline constexpr Duration session_record_life = 180s;
inline constexpr Duration session_record_refresh = 60s;

// ---- paths --------------------------------------------------------------------------------------

// Pacing of new checks (RFC 8445 Ta), and the repetition of unanswered ones.
inline constexpr Duration check_pacing = 50ms;
inline constexpr Duration check_repeat_first = 500ms;
inline constexpr Duration check_repeat_max = 2s;
// How long gathering waits for the reflectors before it goes on with what it has.
inline constexpr Duration gathering_max = 2s;
// How long after a reflector's plain answer those that it was asked to give from elsewhere are
// waited for, and how long its other port's answer: a round trip.
inline constexpr Duration filtering_wait = 50ms;
inline constexpr Duration mapping_test_wait = 500ms;
// How long the initiator tries to find a path to one acceptor.
inline constexpr Duration connect_max = 30s;
// How long an acceptor waits for nomination after its accept is confirmed.
inline constexpr Duration nomination_wait_max = 45s;
// Session keep-alives, and the silence after which a side counts the session as lost.
inline constexpr Duration session_keep_alive = 5s;
inline constexpr Duration session_silence_max = 15s;

// ---- relay --------------------------------------------------------------------------------------

// How long only direct paths are tried; then a relay as well.
inline constexpr Duration relay_after = 2s;
// How long the first relay offered may take before the next one is tried too; one that is full is
// asked again after as long.
inline constexpr Duration relay_next_after = 4s;
// An allocation lasts that long unless refreshed, which is done at half of it.
inline constexpr Duration relay_lifetime = 60s;
inline constexpr int relay_refresh_divisor = 2;
// Silence through a relay after which its client asks whether it still has the allocation: early
// enough that a session outlives the restart of its relay.
inline constexpr Duration relay_silence_max = 7s;
// Until when after the request was taken in hand an allocation may be begun with what the broker
// granted. One that is refreshed lasts as long as it is.
inline constexpr Duration relay_grant = 12h;
// A nonce is good until the end of the period after that in which it was made.
inline constexpr Duration relay_nonce_period = 2min;

// ---- streams, where UDP is blocked --------------------------------------------------------------

// So many tries to whoever should answer, over so long, without an answer: UDP counts as blocked.
inline constexpr int udp_tries_max = 3;
inline constexpr Duration udp_silence_max = 1500ms;
// What is for a server waits so long for a stream that is being opened.
inline constexpr Duration stream_open_patience = 1s;
// A stream that has failed is opened again after this, doubled each time up to the cap.
inline constexpr Duration stream_reopen_first = 1s;
inline constexpr Duration stream_reopen_max = 4s;
// A stream that nobody uses is closed. (Participants of a call use theirs with every keep-alive.)
inline constexpr Duration stream_idle_max = 60s;
// A server takes a stream that was silent for so long for one whose other end is gone.
inline constexpr Duration stream_abandoned_after = 5min;

}  // namespace invitro::protocol::timing
