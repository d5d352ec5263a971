/// What `trapline new` writes: a small machine that can be virtualised, with what a beginner wants to
/// change first pointed out in comments, and a guest that enters user mode and comes back by a trap.
enum StartingMachine {
    static func description(name: String) -> String {
        """
        -- \(name): a machine of your own, small enough to be read in one sitting.
        --
        --   trapline check \(name).isa           can it be virtualised?
        --   trapline explain \(name).isa RDM     what an instruction is, and why
        --   trapline run \(name).s               run its guest, bare
        --   trapline run \(name).s --monitor vmm
        --
        -- Then change something. Delete the line "trap privileged-instruction ..." of RDM, check
        -- again, and see which theorem falls and what state refutes it.

        machine \(name) "A machine of one's own"
        scope   "Complete: eight registers, supervisor and user mode, a relocation-bounds register, a console."
        depth   complete
        unit    32

        -- What the machine consists of. The role comes first: it says what the component is to a
        -- monitor, and it is checked. The whole PSW (user 1, pc 10, base 10, bound 11) fits one cell.
        state
          pc          pc : 10
          mode        user : 1                      -- 0 supervisor, 1 user
          relocation  base : 10                     -- where the running program's storage begins
          relocation  bound : 11     initially 0x400    -- and how many cells it has
          register    r[8] : 32
          control     tty-out : 9
          control     tty-send : 1
          control     tty-in : 9
          control     tty-take : 1
          control     stopped : 1
          control     exit-code : 8
          storage     e[2^10] : 32   at-least 64

        user-mode        when user = 1
        supervisor-mode  when user = 0
        halted           when stopped = 1 status exit-code
        device console   out = tty-out, send = tty-send, in = tty-in, take = tty-take  strobes tty-send, tty-take

        traps
          illegal-instruction              = 1
          privileged-instruction           = 2
          storage-violation(address : 16)  = 3   storage
          supervisor-call(number : 16)     = 4   call, resumes-after

        otherwise illegal-instruction

        -- From a program's address to a real one, or a trap.
        translate(a : 16, access)
          trap storage-violation(a) when a >= zext(bound, 16)
          let real = zext(base, 12) + zext(a[10..0], 12)
          trap storage-violation(a) when real >= zext(size, 12)
          = real[9..0]

        function psw-word(resume : 10) : 32
          = user ++ resume ++ base ++ bound

        procedure load-psw(w : 32)
          user  <- w[31]
          pc    <- w[30..21]
          base  <- w[20..11]
          bound <- w[10..0]

        -- A trap saves the PSW in cell 0, loads it from cell 1, and tells why in cell 2.
        delivery(code : 8, detail : 16, resume : 10)
          e.real[0] <- psw-word(resume)
          e.real[2] <- 0:8 ++ code ++ detail
          load-psw(e.real[1])

        -- How a monitor runs a guest whose storage is the `extent` cells from `origin`: in user mode,
        -- with the guest's own base moved by the origin, and its bound cut to what it has.
        map
          user  <- 1
          base  <- origin + base
          bound <- if zext(base, 11) >= extent then 0 else min(bound, extent - zext(base, 11))

        -- Operands: "17", or "17(r3)".
        operand location
          form plain    "{value:signed}"                  0x0 value:16
          form indexed  "{value:signed}({x:register r})"  0b1 x:3 value:16

        function address(o : location) : 16
          = case o
              plain(value)      : value
              indexed(x, value) : value + r[x][15..0]

        -- Ordinary instructions. "innocuous" is a claim; the checker proves it or shows why not.

        instruction "LD {d:register r},location"
          encoding 0x10 0b0 d:3 location
          claims   innocuous
          r[d] <- e[address(location)]

        instruction "ST {d:register r},location"
          encoding 0x11 0b0 d:3 location
          claims   innocuous
          e[address(location)] <- r[d]

        instruction "LA {d:register r},location"
          encoding 0x12 0b0 d:3 location
          claims   innocuous
          r[d] <- sext(address(location), 32)

        instruction "ADD {d:register r},location"
          encoding 0x13 0b0 d:3 location
          claims   innocuous
          r[d] <- r[d] + e[address(location)]

        instruction "JMP location"
          encoding 0x20 _:4 location
          claims   innocuous
          let target = address(location)
          pc <- target[9..0]

        instruction "JZ {s:register r},location"
          encoding 0x21 0b0 s:3 location
          claims   innocuous
          let target = address(location)
          if r[s] = 0
            pc <- target[9..0]

        instruction "JSR {d:register r},location"
          encoding 0x22 0b0 d:3 location
          claims   innocuous
          let target = address(location)
          r[d] <- zext(next, 32)
          pc   <- target[9..0]

        instruction "SVC number"
          encoding 0x30 _:8 number:16
          note     "Traps in both modes: a request to whoever is in charge."
          trap supervisor-call(number)

        -- Instructions that touch what a monitor must own. Each traps in user mode: that makes it
        -- privileged, and a machine whose sensitive instructions are all privileged has a monitor.

        instruction "LPSW location"
          encoding 0x40 _:4 location
          claims   privileged, control-sensitive
          trap privileged-instruction when user = 1
          load-psw(e[address(location)])

        instruction "RDM {d:register r}"
          encoding 0x41 0b0 d:3 _:20
          claims   privileged
          note     "Reads the mode: harmless only because it traps in user mode."
          trap privileged-instruction when user = 1
          r[d] <- zext(user, 32)

        instruction "OUT {d:register r}"
          encoding 0x42 0b0 d:3 _:20
          claims   privileged, control-sensitive
          trap privileged-instruction when user = 1
          tty-out  <- r[d][8..0]
          tty-send <- 1

        instruction "IN {d:register r}"
          encoding 0x43 0b0 d:3 _:20
          claims   privileged, control-sensitive
          note     "The next character of the input; 0x1FF at its end."
          trap privileged-instruction when user = 1
          r[d]     <- zext(tty-in, 32)
          tty-take <- 1

        instruction "HALT {d:register r}"
          encoding 0x44 0b0 d:3 _:20
          claims   privileged, control-sensitive
          trap privileged-instruction when user = 1
          exit-code <- r[d][7..0]
          stopped   <- 1

        """
    }

    static func guest(name: String) -> String {
        """
                .machine \(name)
        ; A kernel for \(name): it prints a line, runs a program in user mode, and ends when that
        ; program tries something that only a supervisor may do.
        ;
        ;   trapline run \(name).s

                .org 0
        oldpsw: .word 0                         ; a trap saves the PSW here
        newpsw: .word trap<<21 | 0x400          ; and loads this: supervisor, all storage
        cause:  .word 0                         ; code in bits 23-16, detail in bits 15-0

                .entry start
        start:  LA   r5,hello
                JSR  r6,say
                LPSW usermode                   ; the program below, in user mode

        ; Every trap comes here. A supervisor call prints the character in r1; anything else ends.
        trap:   LD   r3,cause
                ADD  r3,call
                JZ   r3,put
                LA   r5,bye
                JSR  r6,say
                LA   r1,0
                HALT r1

        put:    OUT  r1
                LPSW oldpsw                     ; back to the program

        ; say: print the text at r5 up to a zero; return address in r6; uses r4.
        say:    LD   r4,0(r5)
                JZ   r4,0(r6)
                OUT  r4
                LA   r5,1(r5)
                JMP  say

        call:   .word -(4<<16)                  ; minus the cause of SVC 0
        hello:  .asciz "supervisor mode\\n"
        bye:    .asciz "the program did something privileged: stopped\\n"

        ; user 1, pc 0, base `program`, bound 32
        usermode: .word 1<<31 | program<<11 | 32

        ; The program sees its own segment as addresses 0, 1, 2, ...
                .align 32
        program: LA  r2,text-program
        more:   LD   r1,0(r2)
                JZ   r1,done-program
                SVC  0
                LA   r2,1(r2)
                JMP  more-program
        done:   HALT r1                         ; privileged: traps
        text:   .asciz "user mode\\n"

        """
    }
}
