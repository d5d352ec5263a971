/* Capstone (libcapstone-dev), a second opinion on what instructions there are. No logic. */
#include <capstone/capstone.h>
