# What busybox's tools print of themselves, natively and in the guest. $1 is busybox.
B=$1
echo tools begin
$B seq 1 200000 | $B sha256sum
$B seq 1 200000 | $B sha512sum
$B seq 1 200000 | $B md5sum
$B seq 1 100000 | $B gzip -9 | $B sha256sum
$B seq 1 100000 | $B gzip -9 | $B gunzip | $B md5sum
$B seq 1 20000 | $B bzip2 | $B md5sum
$B seq 1 30000 | $B sort -r | $B md5sum
$B seq 1 30000 | $B awk '{ print ($1 * 7919) % 30011, $1 }' | $B sort -n | $B md5sum
$B awk 'BEGIN { for (i = 1; i <= 200000; i++) s += 1 / (i * i + 0.5); printf "%.15g\n", s }'
$B awk 'BEGIN { for (i = 1; i <= 50000; i++) s = (s + i / 3) * 0.99999 - i % 7 * 1e-3; printf "%.15g\n", s }'
$B awk 'BEGIN { for (i = 0; i < 64; i++) printf "%.10e ", (i + 0.1) / (65 - i) * 1.7e8; print "" }' | $B md5sum
$B awk 'BEGIN { srand(7); for (i = 0; i < 20000; i++) h[int(rand() * 100)]++; for (i = 0; i < 100; i++) print h[i] }' | $B md5sum
echo '2 200 ^ 17 / p' | $B dc
echo '20 k 2 v p' | $B dc
$B seq 1 5000 | $B sed -e 's/\([0-9]\)\([0-9]\)/\2\1/g' -e '/7/d' | $B md5sum
$B seq 1 5000 | $B tr 0-9 a-j | $B rev | $B md5sum
$B seq 1 5000 | $B od -A x -t x4 | $B tail -n 2
$B seq 1 5000 | $B base64 | $B cksum
$B seq 1 5000 | $B uuencode x | $B md5sum
$B seq 1 3000 | $B grep -E '(12|34)+5?' | $B wc
$B expr 123456789 \* 987654321
$B factor 1234567890123456789
$B printf '%x %o %e %s\n' 3735928559 511 3.25 done
i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); s=$((s * 31 + i)); done; echo $s
echo tools end
