#include "HostRelations.h"

#include <string.h>

#include "HostFloating.h"
#include "HostLayout.h"

// Intel SDM volume 2, table 3-1: a predicate holds where one of these does: less 1, equal 2, greater 4, unordered 8.
// Predicates 16 to 31 are the first sixteen again.
static const uint8_t relations[16] = {2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15};

// Half of them signal for every NaN and not only for those that signal themselves; of the second sixteen it is the
// other half.
static int signals(uint8_t predicate) { return ((predicate + 1) >> 1 ^ predicate >> 4) & 1; }

#define COMPARE(NAME, RESULT, FIRST, SECOND, PREDICATE)                                                                \
    host_vector RESULT = FIRST;                                                                                        \
    __asm__ volatile(#NAME " %2, %1, %0" : "+x"(RESULT) : "x"(SECOND), "i"(PREDICATE));

/// What signals and what does not is put together from four comparisons; the flags are then those of a fifth.
#define HOST_COMPARED(NAME, SIZE)                                                                                      \
    void vector_##NAME##_relation(void *destination, const void *source, uint8_t predicate) {                          \
        host_vector first, second = {0, 0}, none = {0, 0};                                                             \
        memcpy(&first, destination, sizeof first);                                                                     \
        memcpy(&second, source, SIZE);                                                                                 \
        uint32_t control = host_mxcsr();                                                                               \
        COMPARE(NAME, less, first, second, 1)                                                                          \
        COMPARE(NAME, equal, first, second, 0)                                                                         \
        COMPARE(NAME, greater, second, first, 1)                                                                       \
        COMPARE(NAME, unordered, first, second, 3)                                                                     \
        host_set_mxcsr(control);                                                                                       \
        if (signals(predicate)) {                                                                                      \
            COMPARE(NAME, ignored, first, second, 1)                                                                   \
        } else {                                                                                                       \
            COMPARE(NAME, ignored, first, second, 0)                                                                   \
        }                                                                                                              \
        uint8_t relation = relations[predicate & 15];                                                                  \
        host_vector result = (relation & 1 ? less : none) | (relation & 2 ? equal : none) |                            \
                             (relation & 4 ? greater : none) | (relation & 8 ? unordered : none);                      \
        memcpy(destination, &result, SIZE);                                                                            \
    }                                                                                                                  \
    HANDLER(NAME##_relation, vector_##NAME##_relation(A, B, C))

HOST_COMPARED(cmpps, 16)
HOST_COMPARED(cmppd, 16)
HOST_COMPARED(cmpss, 4)
HOST_COMPARED(cmpsd, 8)
