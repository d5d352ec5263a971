        .machine third-generation
; A small time-sharing kernel for the third generation machine.
;
; Three user processes share the processor. Each lives in a segment of its own, which the kernel
; gives it through the relocation-bounds register; they ask for service with SVC; the interval
; timer takes the processor away from them. One echoes the console's input in capitals, one counts,
; and one misbehaves and is killed. When no process is left, the kernel halts.
;
; Nothing here knows whether the machine is real. That is the point: run it bare, under a monitor,
; and under a monitor inside a monitor, and compare what it prints.

; ---------------------------------------------------------------------------------------------
; The four cells that the machine itself uses.

        .org 0
oldpsw: .word 0                         ; where a trap saves the PSW
newpsw: .word trap<<31 | 0x8000         ; what it loads: supervisor, interrupts off, all storage
cause:  .word 0                         ; code in bits 47-40, detail in bits 39-8
left:   .word 0                         ; what was left of the interval timer

; A process is described by 20 cells: r0-r15, PSW, time left, alive, name.
PSW     = 16
TIME    = 17
ALIVE   = 18
NAME    = 19
SIZE    = 20

QUANTUM = 80                            ; instructions that a process gets at a time
USER    = 1<<47 | 1<<46                 ; PSW: user mode, interrupts on
SEGMENT = 128                           ; cells of a segment

; ---------------------------------------------------------------------------------------------
; Start: print a line, then run the first process.

        .org 16
        .entry start
start:  LA   r5,hello
        JSR  r6,say
        LA   r15,first
        ST   r15,current
        JMP  resume

; ---------------------------------------------------------------------------------------------
; Every trap comes here. Save the registers of the process that ran, then look at the cause.

trap:   ST   r15,scratch
        LD   r15,current
        ST   r0,0(r15)
        ST   r1,1(r15)
        ST   r2,2(r15)
        ST   r3,3(r15)
        ST   r4,4(r15)
        ST   r5,5(r15)
        ST   r6,6(r15)
        ST   r7,7(r15)
        ST   r8,8(r15)
        ST   r9,9(r15)
        ST   r10,10(r15)
        ST   r11,11(r15)
        ST   r12,12(r15)
        ST   r13,13(r15)
        ST   r14,14(r15)
        LD   r1,scratch
        ST   r1,15(r15)
        LD   r1,oldpsw
        ST   r1,PSW(r15)
        LD   r1,left
        ST   r1,TIME(r15)

        LD   r1,cause
        SHR  r1,n40                     ; r1: the code
        LD   r2,cause
        SHR  r2,n8
        AND  r2,mask32                  ; r2: the detail
        LD   r3,causes(r1)
        JMP  0(r3)

causes: .word kill, kill, kill, kill, call, kill, next

; ---------------------------------------------------------------------------------------------
; Supervisor calls. The argument and the result are in the process's r1.

call:   LA   r3,-5(r2)
        JNN  r3,kill                    ; there are only five
        LD   r3,calls(r2)
        JMP  0(r3)

calls:  .word exit, put, get, yield, name

put:    LD   r4,1(r15)                  ; SVC 1: print a character
        OUT  r4
        JMP  resume

get:    IN   r4                         ; SVC 2: read one; 0x1FF at the end of the input
        ST   r4,1(r15)
        JMP  resume

name:   LD   r4,NAME(r15)               ; SVC 4: what is my name?
        ST   r4,1(r15)
        JMP  resume

exit:   LA   r5,ended                   ; SVC 0: leave
        JMP  bury

kill:   ADD  r1,digit                   ; the code as a digit, for the message
        ST   r1,why
        LA   r5,killed

bury:   LD   r4,NAME(r15)
        ST   r4,who
        ST   r5,text
        LA   r5,leave
        JSR  r6,say
        LD   r5,text
        JSR  r6,say
        LA   r4,0
        ST   r4,ALIVE(r15)
        JMP  next

yield:  JMP  next                       ; SVC 3: let another process run

; ---------------------------------------------------------------------------------------------
; The scheduler: the next living process in turn, the present one last of all.

next:   LD   r1,current
        LA   r2,3
seek:   LA   r1,SIZE(r1)
        LA   r3,-first-3*SIZE(r1)
        JNZ  r3,living
        LA   r1,first
living: LD   r3,ALIVE(r1)
        JNZ  r3,found
        LA   r2,-1(r2)
        JNZ  r2,seek
        LA   r5,bye
        JSR  r6,say
        LA   r1,0
        HALT r1

found:  ST   r1,current
        LA   r2,QUANTUM
        ST   r2,TIME(r1)

; ---------------------------------------------------------------------------------------------
; Give the processor to the current process. STI comes right before LPSW: these two instructions
; count as well, hence the 2. A process whose time is just up (0 left) gets one instruction.

resume: LD   r15,current
        LD   r1,TIME(r15)
        JNZ  r1,some
        LA   r1,1
some:   LA   r1,2(r1)
        ST   r1,slice
        LD   r1,PSW(r15)
        ST   r1,target
        LD   r0,0(r15)
        LD   r1,1(r15)
        LD   r2,2(r15)
        LD   r3,3(r15)
        LD   r4,4(r15)
        LD   r5,5(r15)
        LD   r6,6(r15)
        LD   r7,7(r15)
        LD   r8,8(r15)
        LD   r9,9(r15)
        LD   r10,10(r15)
        LD   r11,11(r15)
        LD   r12,12(r15)
        LD   r13,13(r15)
        LD   r14,14(r15)
        LD   r15,15(r15)
        STI  slice
        LPSW target

; ---------------------------------------------------------------------------------------------
; say: print the text at r5, one character a cell, up to a zero. Return address in r6. Uses r4.

say:    LD   r4,0(r5)
        JZ   r4,0(r6)
        OUT  r4
        LA   r5,1(r5)
        JMP  say

hello:  .asciz "time-sharing: echo, count and stray\n"
leave:  .ascii "\n["
who:    .word 0, 0
ended:  .asciz " has ended]\n"
killed: .ascii " is killed, trap "
why:    .word 0
        .asciz "]\n"
bye:    .asciz "no process left\n"

n8:     .word 8
n40:    .word 40
mask32: .word 0xFFFFFFFF
digit:  .word '0'

current: .word first
scratch: .word 0
slice:  .word 0
target: .word 0
text:   .word 0

first:  .space 16
        .word USER | echo<<16 | SEGMENT, QUANTUM, 1, 'E'
        .space 16
        .word USER | count<<16 | SEGMENT, QUANTUM, 1, 'C'
        .space 16
        .word USER | stray<<16 | SEGMENT, QUANTUM, 1, 'S'

; ---------------------------------------------------------------------------------------------
; The processes. Each sees its own segment as addresses 0, 1, 2, ...; so the address of a label
; is its distance from the segment's first cell.

        .align SEGMENT
echo:   SVC  2                          ; read a character
        LA   r2,-0x1FF(r1)
        JZ   r2,e9-echo                 ; the end of the input
        LA   r2,-'a'(r1)
        JN   r2,e1-echo
        LA   r2,-'z'-1(r1)
        JNN  r2,e1-echo
        LA   r1,'A'-'a'(r1)             ; a small letter: make it a capital
e1:     SVC  1
        JMP  0
e9:     SVC  0

        .align SEGMENT
count:  LA   r3,'1'
c1:     LA   r1,0(r3)
        SVC  1                          ; print the digit
        LA   r4,90                      ; and compute for a while
c2:     LA   r4,-1(r4)
        JNZ  r4,c2-count
        LA   r3,1(r3)
        LA   r4,-'9'-1(r3)
        JNZ  r4,c1-count
        SVC  0

        .align SEGMENT
stray:  SVC  4                          ; its own name, printed four times
        ST   r1,s9-stray
        LA   r5,4
s1:     LD   r1,s9-stray
        SVC  1
        LA   r4,70
s2:     LA   r4,-1(r4)
        JNZ  r4,s2-stray
        LA   r5,-1(r5)
        JNZ  r5,s1-stray
        ST   r5,SEGMENT                 ; the first cell behind its segment
        JMP  s1-stray                   ; never reached
s9:     .word 0
