        .machine pdp-10
; The sieve of Eratosthenes over the odd numbers 3, 5, 7, ...: flag i stands for 2i+3. Indexed stores,
; counted loops and a subroutine on a pushdown stack, but no input or output: the benchmark.
; It stops with the number of primes in accumulator 3: 1899.
;
; Numbers are octal. The program is the same, word for word, on any PDP-10 in executive mode.

n       = 17776                         ; 8190 flags
rounds  = 1750                          ; 1000 times

        .org 100
        .entry start
start:  MOVE 17,stack
        MOVEI 16,rounds
round:  MOVE 1,counter
clear:  SETOM 0,flags(1)                ; every number may be a prime
        AOBJN 1,clear
        MOVEI 3,0                       ; primes so far
        MOVEI 2,0                       ; i
next:   SKIPE 0,flags(2)
        PUSHJ 17,prime
        ADDI 2,1
        CAIE 2,n
        JRST next
        SOJG 16,round
        JRST 4,start

; 2i+3 is a prime: strike out its multiples, which stand 2i+3 apart.

prime:  MOVEI 4,3(2)
        ADD  4,2
        MOVEI 5,0(2)
        ADD  5,4
        JRST test
strike: SETZM 0,flags(5)
        ADD  5,4
test:   CAIGE 5,n
        JRST strike
        ADDI 3,1
        POPJ 17,0

counter: .word (1000000-n)<<22          ; -n,,0
stack:  .word (1000000-20)<<22 | (pushdown-1)   ; -20,,pushdown-1
pushdown: .space 20
flags:  .space n
