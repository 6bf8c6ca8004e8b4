// Joins the results of the shards of one run (`--shard i/N`) into the result of the whole.
//
// Everything in a Result but its traces adds up in any order, so the merged result equals, to the
// byte of its JSON, that of the same run in one piece; the traces of its typical and its slowest
// call are recorded by running their worlds again (trace_examples()), as a run does.
#pragma once

#include "protocol/vocabulary/result.hpp"
#include "reports/result.hpp"

#include <vector>

namespace invitro::reports {

// A part and what to call it in errors, its file's name.
struct ResultPart {
    std::string name;
    Result result;
};

// Without traces. Complete if all parts are. Errors: no part at all, parts of different runs, a
// shard that is missing or there twice.
protocol::Result<Result> merge_results(const std::vector<ResultPart>& parts);

}  // namespace invitro::reports
