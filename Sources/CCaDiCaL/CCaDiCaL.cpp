#include "CCaDiCaL.h"

#include <cadical.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/resource.h>

// The solver asks for its processor time when it is made and again and again while it works, for statistics that nobody
// here reads. Most of our questions take less time than that system call does where a sandbox answers it, so references
// from within this program find no time passed. Hidden: shared libraries keep the system's own.
extern "C" __attribute__((visibility("hidden"))) int getrusage(__rusage_who_t, struct rusage *usage) noexcept {
    std::memset(usage, 0, sizeof *usage);
    return 0;
}

namespace {

struct Poll : CaDiCaL::Terminator {
    int (*function)(void *) = nullptr;
    void *state = nullptr;
    bool terminate() override { return function && function(state) != 0; }
};

}  // namespace

// Members are destroyed in reverse order: the solver must go before the file that it traces to, so the
// destructor names the order itself.
struct trapline_cadical {
    CaDiCaL::Solver *solver = nullptr;
    Poll poll;
    FILE *trace = nullptr;
    char *bytes = nullptr;
    size_t size = 0;

    ~trapline_cadical() {
        delete solver;
        if (trace) std::fclose(trace);
        std::free(bytes);
    }

    bool close() {
        if (!trace) return true;
        solver->close_proof_trace();
        bool good = !std::ferror(trace);
        good = std::fclose(trace) == 0 && good;
        trace = nullptr;
        return good;
    }
};

trapline_cadical *trapline_cadical_new(enum trapline_cadical_proof proof, const char *path) {
    trapline_cadical *made = nullptr;
    try {
        made = new trapline_cadical;
        made->solver = new CaDiCaL::Solver;
        made->solver->set("quiet", 1);
        if (proof != TRAPLINE_CADICAL_NO_PROOF) {
            made->trace = proof == TRAPLINE_CADICAL_PROOF_IN_MEMORY ? open_memstream(&made->bytes, &made->size)
                                                                    : std::fopen(path, "wb");
            if (!made->trace || !made->solver->trace_proof(made->trace, "proof")) {
                delete made;
                return nullptr;
            }
        }
        return made;
    } catch (const std::bad_alloc &) {
        delete made;
        return nullptr;
    }
}

void trapline_cadical_free(trapline_cadical *solver) { delete solver; }

int trapline_cadical_set(trapline_cadical *solver, const char *name, int value) {
    return solver->solver->set(name, value);
}

int trapline_cadical_limit(trapline_cadical *solver, const char *name, int value) {
    return solver->solver->limit(name, value);
}

void trapline_cadical_on_poll(trapline_cadical *solver, int (*poll)(void *), void *state) {
    solver->poll.function = poll;
    solver->poll.state = state;
    solver->solver->connect_terminator(&solver->poll);
}

int trapline_cadical_add(trapline_cadical *solver, const int32_t *literals, size_t count) {
    try {
        for (size_t i = 0; i < count; i++) solver->solver->add(literals[i]);
        return 1;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

void trapline_cadical_assume(trapline_cadical *solver, int32_t literal) { solver->solver->assume(literal); }

int trapline_cadical_solve(trapline_cadical *solver) {
    try {
        return solver->solver->solve();
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

int trapline_cadical_value(trapline_cadical *solver, int32_t variable) {
    return solver->solver->val(variable) > 0;
}

const uint8_t *trapline_cadical_proof(trapline_cadical *solver, size_t *size) {
    *size = 0;
    if (!solver->close() || !solver->bytes) return nullptr;
    *size = solver->size;
    return reinterpret_cast<const uint8_t *>(solver->bytes);
}

int trapline_cadical_close_proof(trapline_cadical *solver) { return solver->close(); }

const char *trapline_cadical_version(void) { return CaDiCaL::Solver::version(); }
