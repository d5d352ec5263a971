/* What Debian's kernel images are packed with: liblz4-dev, liblzma-dev, zlib1g-dev, libzstd-dev. No logic. */
#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
