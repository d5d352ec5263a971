#ifndef TRAPLINE_CCADICAL_H
#define TRAPLINE_CCADICAL_H

#include <stddef.h>
#include <stdint.h>

/// CaDiCaL behind a C interface: every function forwards to the solver's own method of that name and decides
/// nothing. The one addition is that the DRAT proof can be collected in memory.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trapline_cadical trapline_cadical;

/// Where the proof goes; `path` is used with the last one only.
enum trapline_cadical_proof {
    TRAPLINE_CADICAL_NO_PROOF = 0,
    TRAPLINE_CADICAL_PROOF_IN_MEMORY = 1,
    TRAPLINE_CADICAL_PROOF_IN_FILE = 2,
};

/// A quiet solver, or NULL when memory or the proof file could not be had. Proofs are in binary DRAT.
trapline_cadical *trapline_cadical_new(enum trapline_cadical_proof proof, const char *path);
void trapline_cadical_free(trapline_cadical *solver);

/// Sets an option by name; to be called before the first literal. Returns 0 when the option is unknown.
int trapline_cadical_set(trapline_cadical *solver, const char *name, int value);
/// Limits the next solve ("conflicts", "decisions", ...). Returns 0 when the limit is unknown.
int trapline_cadical_limit(trapline_cadical *solver, const char *name, int value);
/// Asks `poll(state)` regularly during a solve; a result other than 0 ends it undecided.
void trapline_cadical_on_poll(trapline_cadical *solver, int (*poll)(void *state), void *state);

/// Adds clauses, each one ended by 0. No literal may be INT32_MIN. Returns 0 when memory ran out.
int trapline_cadical_add(trapline_cadical *solver, const int32_t *literals, size_t count);
/// Takes a literal to be true in the next solve, and in that one only.
void trapline_cadical_assume(trapline_cadical *solver, int32_t literal);
/// 10 satisfiable, 20 unsatisfiable, 0 undecided.
int trapline_cadical_solve(trapline_cadical *solver);
/// After 10 only: 1 when the model makes the variable (> 0) true, else 0.
int trapline_cadical_value(trapline_cadical *solver, int32_t variable);

/// Ends the proof and returns its bytes, which belong to the solver; NULL unless the proof is in memory.
const uint8_t *trapline_cadical_proof(trapline_cadical *solver, size_t *size);
/// Ends the proof written to a file. Returns 0 when something could not be written.
int trapline_cadical_close_proof(trapline_cadical *solver);

const char *trapline_cadical_version(void);

#ifdef __cplusplus
}
#endif
#endif
