        .machine pdp-10
; A small kernel for the PDP-10: it starts a user program, answers its calls, survives its attempt to
; halt the machine, and then looks at its own flags.
;
; It enters user mode with JRST 1, the instruction on which Popek and Goldberg show that the PDP-10
; cannot be virtualised: under a monitor the kernel is itself in user mode, JRST 1 does not trap
; there, and the monitor never hears that its guest has left supervisor mode. The hybrid monitor
; gets it right, for it interprets all of the kernel.
;
; Numbers are octal. Addresses 0-17 are the accumulators.

        .org 40                         ; a call leaves itself in 40 and executes 41
called: .word 0
        JSR  service
        .org 60                         ; the same for what the processor does not implement
        .word 0
        JSR  broken

        .org 100
        .entry start
start:  MOVEI 1,hello
        JSA  16,print
        DATAO APR,segment               ; relocation and protection for user mode
        JRST 1,program-base             ; to user mode, at the program's own address

segment: .word 0<<33 | base             ; protection 0: one block of 2000 words
base    = 4000

; The only subroutine of the kernel: print the text at 1, a character a word. JSA keeps its return
; address in an accumulator without the flags, so nothing here looks at the mode by accident.

print:  .word 0
p1:     MOVE 2,0(1)
        JUMPE 2,p2
        DATAO TTY,2
        AOJA 1,p1
p2:     JRA  16,0(16)

; Calls: MUUO 1 prints the character that is its address, MUUO 2 ends the program. Anything else that
; comes here is a privileged instruction that the program tried.

service: .word 0                        ; flags and program counter
        MOVEM 1,save+1
        MOVEM 2,save+2
        MOVEM 16,save+16
        HLRZ 1,called
        LSH  1,-11&777777                    ; the operation code
        CAIN 1,41
        JRST put
        CAIN 1,42
        JRST done
        MOVEI 1,denied
        JSA  16,print
        JRST back

put:    MOVE 2,called
        ANDI 2,177
        DATAO TTY,2

back:   MOVE 1,save+1
        MOVE 2,save+2
        MOVE 16,save+16
        JRST 2,@service                 ; JRSTF: with its flags, and so in user mode

done:   MOVEI 1,kernel
        JSA  16,print
        JSP  3,d1                       ; what does the kernel's own PC word say?
d1:     MOVEI 2,'0'
        TLNE 3,10000                    ; the flag USER
        MOVEI 2,'1'
        DATAO TTY,2
        MOVEI 1,newline
        JSA  16,print
        JRST 4,start                    ; halt

broken: .word 0
        MOVEI 1,unknown
        JSA  16,print
        JRST 4,start

hello:  .asciz "kernel: starting the program\n"
denied: .asciz "\nkernel: the program tried a privileged instruction\n"
kernel: .asciz "\nkernel: the program has ended; my own flag USER is "
unknown: .asciz "\nkernel: unimplemented operation\n"
newline: .asciz "\n"
save:   .space 20

; The user program. It is assembled where the kernel puts it, and sees itself from address 0 on, so
; a label's address there is its distance from the base.

        .org base+20
program: MOVEI 4,text-base
u1:     MOVE 2,0(4)
        JUMPE 2,u2-base
        MUUO 1,0,0(2)
        AOJA 4,u1-base
u2:     JSP  3,u3-base                  ; the program's PC word
u3:     MOVEI 2,'0'
        TLNE 3,10000
        MOVEI 2,'1'
        MUUO 1,0,0(2)
        JRST 4,0                        ; try to halt the machine
        MOVEI 4,71                      ; compute for a while
u4:     SOJG 4,u4-base
        MUUO 2,0,0

text:   .asciz "program: my flag USER is "
