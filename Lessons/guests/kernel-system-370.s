        .machine system-370
; A small kernel for the System/370: it starts a program in the problem state with a timer running,
; answers its supervisor calls, is told of its monitor calls, survives its attempt to load a PSW and an
; overflow, and ends it when it leaves its storage.
;
; All that it does as a supervisor traps in the problem state, and so it prints the same bare and
; under every monitor. VM/370 ran kernels a thousand times its size by this.
;
; The kernel lies below 4096 and needs no base register. It runs in extended control mode.

EC      = 0x00080000                    ; bits of a PSW's left half
WAITING = 0x00020000
PROBLEM = 0x00010000
MAPPED  = 0x04000000
TIMER   = 0x01000000
CHECKED = 0x00000800                    ; fixed-point overflow interrupts

        .org 72                         ; the channel takes its command from here
        .long command
        .org 88                         ; new PSWs: external, supervisor call, program
        .long EC, tick, EC, call, EC, broken

        .org 0x200
        .entry start
start:  LA   1,hello(0,0)
        LA   2,hello_end-hello(0,0)
        BAL  14,print(0,0)
        LCTL 0,1,controls(0)
        LCTL 8,8,monitor(0)
        SPT  slice(0)
        LPSW program(0)

; Print: the address is in 1, the length in 2.

print:  ST   1,command(0,0)
        ST   2,command+4(0,0)
        MVI  command(0),1
        SIO  9(0)
        BCR  15,14

; Supervisor calls: 1 prints the character in register 1, 2 the text at its address with the length
; in register 2, 3 reads a character into register 1 or makes it negative, and others end the program.

call:   STM  0,15,save(0)
        CLI  139(0),1
        BC   8,put(0,0)
        CLI  139(0),2
        BC   8,say(0,0)
        CLI  139(0),3
        BC   8,get(0,0)
        BC   15,finish(0,0)

put:    STC  1,letter(0,0)
        LA   1,letter(0,0)
        LA   2,1(0,0)
        BAL  14,print(0,0)
        BC   15,back(0,0)

say:    LRA  1,0(0,1)                   ; where the program's address really is
        BC   7,stray(0,0)
        BAL  14,print(0,0)
        BC   15,back(0,0)

get:    LA   1,letter(0,0)
        ST   1,command(0,0)
        LA   2,1(0,0)
        ST   2,command+4(0,0)
        MVI  command(0),10
        SIO  9(0)
        SR   1,1
        IC   1,letter(0,0)
        TM   68(0),1                    ; unit exception: the input has ended
        BC   8,got(0,0)
        LNR  1,2
got:    ST   1,save+4(0,0)

back:   LM   0,15,save(0)
        LPSW 32(0)

; Program interruptions. The PSW points behind an instruction that was suppressed or completed, so
; going back there goes on.

broken: STM  0,15,save(0)
        LA   1,denied(0,0)
        LA   2,denied_end-denied(0,0)
        CLI  143(0),2
        BC   8,tell(0,0)
        LA   1,over(0,0)
        LA   2,over_end-over(0,0)
        CLI  143(0),8
        BC   8,tell(0,0)
        LA   1,event(0,0)
        LA   2,event_end-event(0,0)
        CLI  143(0),0x40
        BC   8,tell(0,0)
stray:  LA   1,killed(0,0)
        LA   2,killed_end-killed(0,0)
        BAL  14,print(0,0)
        BC   15,finish(0,0)
tell:   BAL  14,print(0,0)
        LM   0,15,save(0)
        LPSW 40(0)

tick:   STM  0,15,save(0)
        SPT  slice(0)
        LA   1,dot(0,0)
        LA   2,1(0,0)
        BAL  14,print(0,0)
        LM   0,15,save(0)
        LPSW 24(0)

finish: LA   1,ended(0,0)
        LA   2,ended_end-ended(0,0)
        BAL  14,print(0,0)
        LPSW stopped(0)

        .align 8
program: .long EC|PROBLEM|MAPPED|TIMER|CHECKED, 0x10
stopped: .long EC|WAITING, 0            ; waiting with nothing enabled is the end
slice:  .quad 200<<12                   ; bit 51 is a microsecond, and an instruction takes one
command: .quad 0
controls: .long 0x4E0, base             ; the CPU timer's interruption; one block of 4096 from base
monitor: .long 0x4000                   ; events of class 1
save:   .space 64
letter: .byte 0
dot:    .byte '.'
hello:  .ascii "kernel: starting the program\n"
hello_end:
denied: .ascii "\nkernel: the program tried a privileged instruction\n"
denied_end:
over:   .ascii "\nkernel: fixed-point overflow\n"
over_end:
event:  .ascii "\nkernel: the program reports an event\n"
event_end:
killed: .ascii "\nkernel: the program left its storage\n"
killed_end:
ended:  .ascii "kernel: the program has ended\n"
ended_end:

; The program, which sees itself from address 0 on.

        .org 0x1000
base:   .space 16
        LA   1,says-base(0,0)
        LA   2,says_end-says(0,0)
        SVC  2
loop:   SVC  3                          ; echo the console's input, in capitals
        LTR  1,1
        BC   4,read-base(0,0)
        STC  1,byte-base(0,0)
        TR   byte-base(0,0),capital-base(0)
        IC   1,byte-base(0,0)
        SVC  1
        BC   15,loop-base(0,0)

read:   LA   3,100(0,0)                 ; the sum of the numbers to 100, in decimal
        SR   4,4
sum:    AR   4,3
        BCT  3,sum-base(0,0)
        CVD  4,packed-base(0,0)
        UNPK digits-base(3,0),packed+5-base(2,0)
        OI   digits+3-base(0),0xF0
        NC   digits-base(3,0),ascii-base(0)     ; these zones are not the console's
        LA   5,3(0,0)
        EX   5,move-base(0,0)
        LA   1,total-base(0,0)
        LA   2,total_end-total(0,0)
        SVC  2

        LPSW 0(0)                       ; to the supervisor state?
        MC   5(0),1
        L    6,big-base(0,0)
        AR   6,6
        BC   14,wrong-base(0,0)         ; the condition code says overflow too
        LA   7,400(0,0)                 ; compute for a while
wait:   BCT  7,wait-base(0,0)
wrong:  L    8,0x7FF(7,8)
        LA   8,0x7FF(8,7)
        BC   15,wrong-base(0,0)

move:   MVC  place-base(0,0),digits-base(0)

        .align 8
packed: .quad 0
big:    .long 0x7FFFFFFF
byte:   .byte 0
digits: .space 4
ascii:  .byte 0x3F, 0x3F, 0x3F, 0x3F
says:   .ascii "program: your input is "
says_end:
total:  .ascii "program: the sum is "
place:  .ascii "????\n"
total_end:
capital: .byte 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, 0, 0, 0
        .space 16
        .ascii " !\"#$%&'()*+,-./0123456789:;<=>?"
        .ascii "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
        .ascii "`ABCDEFGHIJKLMNOPQRSTUVWXYZ{|}~"
