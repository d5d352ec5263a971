        .machine third-generation
; A virtual machine monitor for the third generation machine, in the machine's own code.
;
; It is the control program of Popek and Goldberg's section 3, in its three parts: the dispatcher
; decides what to do about a trap, the allocator decides what storage the guest gets, and there is
; one interpreter routine for each privileged instruction. Everything else the guest does itself,
; at full speed, in user mode.
;
;       trapline run Lessons/guests/monitor.s Lessons/guests/timesharing.s
;       trapline run Lessons/guests/monitor.s Lessons/guests/monitor.s Lessons/guests/timesharing.s
;
; Whoever loads this program puts two things into it: the guest's storage, whose cell 0 is the cell
; at the label `guest`, and the guest's entry address, as the guest counts, into the cell before.
; Everything from `guest` to the end of storage is the guest's; how much that is, nobody says: the
; monitor finds out. The guest may be any program for the bare machine, this one included.
;
; No instruction here reads the clock: a trap stops the interval timer and keeps the rest in a
; cell, and the monitor hands the rest back. So nothing depends on timing, which is what Theorem 2
; asks for, and why this monitor may run inside itself.

; ---------------------------------------------------------------------------------------------
; The machine's own cells.

        .org 0
oldpsw: .word 0
newpsw: .word short<<31 | 0x8000        ; first the probe's trap, later the dispatcher
cause:  .word 0
left:   .word 0

; ---------------------------------------------------------------------------------------------
; V: what the guest believes about the resources. The guest's registers are in `regs` while the
; monitor runs.

vmode:  .word 0                         ; the guest's mode: 0 supervisor, 1 user
vie:    .word 0                         ; its interrupts enabled
vpc:    .word 0                         ; its program counter
vbase:  .word 0                         ; its relocation-bounds register
vbound: .word 0x8000
vtime:  .word 0                         ; what is left of its interval timer
vpend:  .word 0                         ; its timer interrupt is pending
regs:   .space 16

extent: .word 0                         ; w: the number of cells that the guest has

; ---------------------------------------------------------------------------------------------
; Start: find out how much storage there is, by touching it. A machine with less than it should
; have is exactly what a virtual machine may be, so do not take the size for granted.

        .entry start
start:  LA   r1,0                       ; the greatest address known to exist
        LA   r2,0x4000
probe:  LA   r3,0(r1)
        ST   r2,step
        ADD  r3,step
        LD   r4,0(r3)                   ; a storage violation here goes to `short`
        LA   r1,0(r3)
half:   SHR  r2,one
        JNZ  r2,probe
        LA   r1,1-guest(r1)
        ST   r1,extent
        LD   r1,handler
        ST   r1,newpsw
        LD   r1,guest-1
        ST   r1,vpc
        JMP  resume

short:  JMP  half

; ---------------------------------------------------------------------------------------------
; The dispatcher. Save the guest, then go by the cause.

trap:   ST   r0,regs
        ST   r1,regs+1
        ST   r2,regs+2
        ST   r3,regs+3
        ST   r4,regs+4
        ST   r5,regs+5
        ST   r6,regs+6
        ST   r7,regs+7
        ST   r8,regs+8
        ST   r9,regs+9
        ST   r10,regs+10
        ST   r11,regs+11
        ST   r12,regs+12
        ST   r13,regs+13
        ST   r14,regs+14
        ST   r15,regs+15
        LD   r1,left
        ST   r1,vtime
        LD   r1,oldpsw
        SHR  r1,n31
        AND  r1,mask15
        ST   r1,vpc

        LD   r1,cause
        SHR  r1,n40
        LA   r2,-6(r1)
        JZ   r2,clock                   ; the real timer: the guest's time is up
        LA   r2,-2(r1)
        JNZ  r2,reflect                 ; not a privileged instruction: the guest's own affair
        LD   r2,vmode
        JNZ  r2,reflect                 ; privileged in virtual user mode: likewise
        JMP  interpret

clock:  LA   r1,1
        ST   r1,vpend
        JMP  inject

; ---------------------------------------------------------------------------------------------
; Reflect: give the guest the trap that the bare machine would have given it, in its own cells
; 0 to 3, and take its new PSW.

reflect:
        LD   r1,cause
        ST   r1,guest+2
        JSR  r9,psw                     ; r1: the virtual PSW with vpc
        ST   r1,guest
        LD   r1,vtime
        ST   r1,guest+3
        LA   r1,0
        ST   r1,vtime
        LD   r1,guest+1
        JSR  r9,setpsw
        JMP  inject

; ---------------------------------------------------------------------------------------------
; Interpret: one routine for each privileged instruction. r3 is the instruction, r5 its register
; field, and r4 its effective address.

interpret:
        LD   r1,vbase
        ADD  r1,vpc
        LD   r3,guest(r1)
        LA   r1,0(r3)
        SHR  r1,n36
        AND  r1,mask4
        LA   r5,0(r1)
        LA   r1,0(r3)
        SHR  r1,n32
        AND  r1,mask4                   ; the index register's number
        LA   r4,0(r3)
        SHL  r4,n16                     ; the address is signed, 32 bits wide
        JN   r4,minus
        SHR  r4,n16
        JMP  index
minus:  SHR  r4,n16
        OR   r4,high16
index:  JZ   r1,plain
        ADD  r4,regs(r1)
plain:  LA   r1,0(r3)
        SHR  r1,n40
        LD   r2,routines-0x40(r1)
        JMP  0(r2)

routines: .word lpsw, lrb, spsw, sti, rti, out, in, halt

lpsw:   JSR  r9,locate
        LD   r1,guest(r4)
        JSR  r9,setpsw
        JMP  tick                       ; the program counter is the new one

lrb:    JSR  r9,locate
        LD   r1,guest(r4)
        LA   r2,0(r1)
        AND  r2,mask16
        ST   r2,vbound
        SHR  r1,n16
        AND  r1,mask15
        ST   r1,vbase
        JMP  done

spsw:   JSR  r9,locate
        LD   r1,vpc
        LA   r1,1(r1)
        AND  r1,mask15
        ST   r1,vpc                     ; it stores the next instruction's PSW
        JSR  r9,psw
        ST   r1,guest(r4)
        JMP  tick

sti:    JSR  r9,locate
        LD   r1,guest(r4)
        AND  r1,mask32
        ST   r1,vtime
        LA   r1,0
        ST   r1,vpend
        JMP  done

rti:    LD   r1,vtime
        ST   r1,regs(r5)
        JMP  done

out:    LD   r1,regs(r5)
        OUT  r1
        JMP  done

in:     IN   r1
        ST   r1,regs(r5)
        JMP  done

halt:   LD   r1,regs(r5)
        HALT r1

; An interpreted instruction is one instruction: the program counter moves on, and so does the
; guest's interval timer.

done:   LD   r1,vpc
        LA   r1,1(r1)
        AND  r1,mask15
        ST   r1,vpc
tick:   LD   r1,vtime
        JZ   r1,inject
        LA   r1,-1(r1)
        ST   r1,vtime
        JNZ  r1,inject
        LA   r1,1
        ST   r1,vpend

; A pending interrupt that the guest allows comes before its next instruction.

inject: LD   r1,vpend
        JZ   r1,resume
        LD   r1,vie
        JZ   r1,resume
        LA   r1,0
        ST   r1,vpend
        LD   r1,timeup
        ST   r1,cause
        JMP  reflect

; ---------------------------------------------------------------------------------------------
; locate: from the guest's virtual address in r4 to the distance from `guest`, as the access rule
; has it. A violation is the guest's, and is reflected. Return address in r9. Uses r1, r2.

locate: JN   r4,outside
        LA   r1,0(r4)
        SUB  r1,vbound
        JNN  r1,outside
        LA   r1,0(r4)
        ADD  r1,vbase
        LA   r2,0(r1)
        SUB  r2,extent
        JNN  r2,outside
        LA   r4,0(r1)
        JMP  0(r9)

outside:
        AND  r4,mask32
        SHL  r4,n8
        OR   r4,violation
        ST   r4,cause
        JMP  reflect

; psw: the virtual PSW in r1.  setpsw: take it from r1.  Return address in r9. Use r2.

psw:    LD   r1,vmode
        SHL  r1,one
        OR   r1,vie
        SHL  r1,n15
        OR   r1,vpc
        SHL  r1,n15
        OR   r1,vbase
        SHL  r1,n16
        OR   r1,vbound
        JMP  0(r9)

setpsw: LA   r2,0(r1)
        AND  r2,mask16
        ST   r2,vbound
        SHR  r1,n16
        LA   r2,0(r1)
        AND  r2,mask15
        ST   r2,vbase
        SHR  r1,n15
        LA   r2,0(r1)
        AND  r2,mask15
        ST   r2,vpc
        SHR  r1,n15
        LA   r2,0(r1)
        AND  r2,one
        ST   r2,vie
        SHR  r1,one
        ST   r1,vmode
        JMP  0(r9)

; ---------------------------------------------------------------------------------------------
; The allocator: the virtual machine map. R' = (base + guest, bound), cut to the guest's storage;
; the mode is user; interrupts are on, for they are the monitor's.

resume: LD   r1,vbase
        SUB  r1,extent
        JNN  r1,none                    ; the segment begins outside the guest's storage
        LD   r2,extent
        SUB  r2,vbase
        LA   r1,0(r2)
        SUB  r1,vbound
        JN   r1,cut                     ; what is there is less than the bound
        LD   r2,vbound
        JMP  cut
none:   LA   r2,0
cut:    LD   r1,vbase
        LA   r1,guest(r1)
        AND  r1,mask15
        SHL  r1,n16
        ST   r1,target
        LD   r1,vpc
        SHL  r1,n31
        OR   r1,target
        OR   r1,usermode
        ST   r2,target
        OR   r1,target
        ST   r1,target                  ; the real PSW

        LD   r1,vtime                   ; STI and LPSW count: two more
        JZ   r1,still
        LA   r1,2(r1)
still:  ST   r1,slice
        LD   r0,regs
        LD   r1,regs+1
        LD   r2,regs+2
        LD   r3,regs+3
        LD   r4,regs+4
        LD   r5,regs+5
        LD   r6,regs+6
        LD   r7,regs+7
        LD   r8,regs+8
        LD   r9,regs+9
        LD   r10,regs+10
        LD   r11,regs+11
        LD   r12,regs+12
        LD   r13,regs+13
        LD   r14,regs+14
        LD   r15,regs+15
        STI  slice
        LPSW target

; ---------------------------------------------------------------------------------------------

handler: .word trap<<31 | 0x8000
usermode: .word 1<<47 | 1<<46
violation: .word 3<<40
timeup: .word 6<<40
one:    .word 1
n8:     .word 8
n15:    .word 15
n16:    .word 16
n31:    .word 31
n32:    .word 32
n36:    .word 36
n40:    .word 40
mask4:  .word 15
mask15: .word 0x7FFF
mask16: .word 0xFFFF
mask32: .word 0xFFFFFFFF
high16: .word 0xFFFF00000000
step:   .word 0
slice:  .word 0
target: .word 0

        .align 64
        .space 63
        .word 0                         ; the guest's entry address, from the loader
guest:
