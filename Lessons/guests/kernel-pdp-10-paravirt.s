        .machine pdp-10
; kernel-pdp-10.s for a monitor that it knows: where that kernel has an instruction that does not trap
; and should, this one asks the monitor to perform it. It runs under --monitor paravirt and prints
; what the other prints on the bare machine. Docs/Hypercalls.md has the numbers.
;
; A hypercall takes its operands from accumulators 1 and 2, so a call of the kernel costs the program
; what it had in accumulator 1.
;
; Numbers are octal. Addresses 0-17 are the accumulators.

ENTER   = 777400                        ; MUUO 37,17,ENTER: JRST 1 to the address in 1
SEEPC   = 777405                        ; JSP: the PC word into the accumulator named in 1, on at 2
RETURN  = 777413                        ; JRST 2 by way of the cell whose address is in 1

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
        MOVEI 1,program-base            ; to user mode, at the program's own address
        MUUO 37,17,ENTER

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

back:   MOVE 2,save+2
        MOVE 16,save+16
        MOVEI 1,service
        MUUO 37,17,RETURN               ; with its flags, and so in user mode

done:   MOVEI 1,kernel
        JSA  16,print
        MOVEI 1,3                       ; what does the kernel's own PC word say?
        MOVEI 2,d1
        MUUO 37,17,SEEPC
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
