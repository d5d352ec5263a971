/// Comparisons with the 32 predicates of VCMPPS and its kind, out of those that every host has.
#ifndef TRAPLINE_HOST_RELATIONS_H
#define TRAPLINE_HOST_RELATIONS_H

#include "HostOperands.h"

/// Destination, source and predicate, and the handler.
#define HOST_RELATION(NAME)                                                                                            \
    HOST_HANDLER(NAME##_relation)                                                                                      \
    void vector_##NAME##_relation(void *_Nonnull destination, const void *_Nonnull source, uint8_t predicate);

HOST_RELATION(cmpps)
HOST_RELATION(cmppd)
HOST_RELATION(cmpss)
HOST_RELATION(cmpsd)

#endif
