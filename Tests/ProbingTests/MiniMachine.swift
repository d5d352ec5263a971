import ISALanguage

/// A few dozen records of the x86-64, enough to try everything that the prober does: what completes and what traps,
/// every kind of register, storage, branches, calls of the system, policy bits.
enum MiniMachine {
    static func description(replacing changes: [(String, String)] = []) throws -> MachineDescription {
        var text = text
        for (old, new) in changes {
            precondition(text.contains(old), "the machine has no \(old)")
            text = text.replacing(old, with: new)
        }
        return try MachineLoader.load(text: text, path: "mini.isa")
    }

    static let text = """
        machine mini "Some of the x86-64"
        source  "Intel, Software Developer's Manual, volume 2"
        scope   "What tests of the prober need."
        depth   system
        unit    8

        state
          pc          rip : 64
          mode        cpl : 2
          relocation  cr3 : 64
          register    r[16] : 64    names rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15
          register    flags : 12    fields cf 0, pf 2, af 4, zf 6, sf 7, of 11
          register    tf : 1
          register    df : 1
          register    nt : 1
          register    ac : 1
          register    id : 1
          register    fs-base : 64
          register    gs-base : 64
          register    st[8] : 64
          register    fpcw : 16
          register    fpsw : 16
          register    fptag : 16
          register    v[32] : 64
          register    k[8] : 64
          register    mxcsr : 32
          control     umip : 1      policy
          control     tsd : 1       policy
          control     fsgsbase : 1  policy
          control     osxsave : 1
          control     xcr0 : 64
          control     selector[6] : 16  names es cs ss ds fs gs
          time        tsc : 64
          constant    processor : 64
          control     gdt : 64
          storage     e[2^32] : 8   at-least 4096

        user-mode        when cpl = 3
        supervisor-mode  when cpl = 0

        traps
          divide-error = 0
          breakpoint = 3  call, resumes-after
          invalid-opcode = 6
          general-protection(error : 16) = 13
          page-fault(address : 64) = 14  storage
          software-interrupt(number : 8) = 33  call, resumes-after
          system-call = 34  call, resumes-after
          system-enter = 35  call, resumes-after
        otherwise invalid-opcode

        translate abstract(va : 64, access) reads cpl, cr3
          trap page-fault(va) when refused
        map shadow

        delivery(code : 8, detail : 32, resume : 64)
          cpl <- 0

        operand modrm
          form register  "{m}"                        0b00 m:5 0:1
          form memory    "{seg}:{disp:signed}({base},{index},{scale})"  0b01 seg:2 base:4 | index:4 scale:2 _:2 | disp:32
          form absolute  "{seg}:{disp:signed}({index},{scale})"  0b10 seg:2 0b0000 | index:4 scale:2 _:2 | disp:32
          form rip       "{seg}:{disp:signed}(rip)"   0b11 seg:2 0b0000 | disp:32

        function segment-base(seg : 2) : 64
          = if seg = 1 then fs-base else if seg = 2 then gs-base else 0
        function scaled(index : 4, scale : 2) : 64
          = if index = 4 then 0 else r[index] << scale
        function address(o : modrm) : 64
          = case o
              register                              : 0
              memory(seg, base, index, scale, disp) : segment-base(seg) + r[base] + scaled(index, scale) + sext(disp, 64)
              absolute(seg, index, scale, disp)     : segment-base(seg) + scaled(index, scale) + sext(disp, 64)
              rip(seg, disp)                        : segment-base(seg) + next + sext(disp, 64)
        function general(o : modrm) : 64
          = case o
              register(m) : r[m[3..0]]
              else        : zext(e[address(o)], 64)
        function vector(o : modrm) : 64
          = case o
              register(m) : v[m]
              else        : zext(e[address(o)], 64)
        function mask(o : modrm) : 64
          = case o
              register(m) : k[m[2..0]]
              else        : zext(e[address(o)], 64)
        function byte-register(n : 5) : 4
          = if n[4] = 1 then zext(n[1..0], 4) else n[3..0]
        function refused(x : 64, y : 64, z : 64) : 1 uninterpreted
        procedure privileged()
          trap general-protection(0) when cpl != 0

        instructions
          ADD "01 /r"   XOR "31 /r"
        as "OP rm,reg"
          listed rm:modrm reg:4
          case rm
            register(m) : abstract r[m[3..0]], flags from r[m[3..0]], r[reg]
            else        : abstract e[address(rm)], flags from e[address(rm)], r[reg]

        instruction "ADC8 reg8,rm8"
          listed rm8:modrm reg8:5
          opcode "12 /r"
          let y = case rm8
            register(m) : r[byte-register(m)]
            else        : zext(e[address(rm8)], 64)
          abstract r[byte-register(reg8)], flags from r[byte-register(reg8)], y, flags

        instruction "LEA reg,rm"
          listed rm:modrm reg:4
          opcode "8D /r mem"
          abstract r[reg] from address(rm), r[reg]

        instruction "MOVIMM reg,imm"
          listed reg:4 imm:64
          opcode "REX.W B8+r iv"
          r[reg] <- imm

        instruction "CMPXCHG rm,reg"
          listed rm:modrm reg:4
          opcode "0F B1 /r"
          case rm
            register(m) : abstract r[m[3..0]], r[rax], flags from r[m[3..0]], r[reg], r[rax]
            else        : abstract e[address(rm)], r[rax], flags from e[address(rm)], r[reg], r[rax]

        instruction "DIV rm"
          listed rm:modrm
          opcode "F7 /6"
          let y = general(rm)
          trap divide-error when refused(r[rax], r[rdx], y) = 1
          abstract r[rax], r[rdx], flags from r[rax], r[rdx], y

        instruction "PUSH reg"
          listed reg:4
          opcode "50+r d64"
          abstract e[r[rsp] - 8] from r[reg]
          r[rsp] <- r[rsp] - 8

        instruction "POP reg"
          listed reg:4
          opcode "58+r d64"
          r[rsp] <- r[rsp] + 8
          abstract r[reg] from e[r[rsp]], r[rsp], r[reg]

        instruction "STC"
          listed
          opcode "F9"
          flags.cf <- 1

        instruction "STD"
          listed
          opcode "FD"
          df <- 1

        instruction "LAHF"
          listed
          opcode "9F"
          r[rax] <- r[rax][63..16] ++ (flags[7..0] | 2) ++ r[rax][7..0]

        instruction "PUSHFQ"
          listed
          opcode "9C d64"
          abstract e[r[rsp] - 8] from flags, tf, df, nt, ac, id
          r[rsp] <- r[rsp] - 8

        instruction "POPFQ"
          listed
          opcode "9D d64"
          abstract flags, tf, df, nt, ac, id from e[r[rsp]]
          r[rsp] <- r[rsp] + 8

        instruction "MOVSB"
          listed
          opcode "A4"
          let step = if df then ~0:64 else 1:64
          abstract e[r[rdi]] from e[r[rsi]]
          r[rsi] <- r[rsi] + step
          r[rdi] <- r[rdi] + step

        instruction "JZ target"
          listed target:32
          opcode "74 cb"
          if flags.zf
            rip <- next + sext(target, 64)

        instruction "CALL target"
          listed target:32
          opcode "E8 cz d64"
          abstract e[r[rsp] - 8] from next
          r[rsp] <- r[rsp] - 8
          rip    <- next + sext(target, 64)

        instruction "JMPIND rm"
          listed rm:modrm
          opcode "FF /4 d64"
          let target = general(rm)
          abstract rip from target

        instruction "ADDPS xmm,xmm/m"
          listed d:5 rm:modrm
          opcode "NP 0F 58 /r"
          trap general-protection(0) when refused(address(rm), 0, 0) = 1
          abstract v[d], mxcsr from v[d], vector(rm), mxcsr

        instruction "LDMXCSR rm"
          listed rm:modrm
          opcode "NP 0F AE /2 mem"
          trap general-protection(0) when refused(zext(e[address(rm)], 64), 0, 0) = 1
          abstract mxcsr from e[address(rm)]

        instruction "VADDPD ymm,ymm,ymm/m"
          listed d:5 n:5 rm:modrm
          opcode "VEX.256.66.0F.WIG 58 /r"
          requires avx
          abstract v[d], mxcsr from v[n], vector(rm), mxcsr

        instruction "VZEROALL"
          listed
          opcode "VEX.256.0F.WIG 77"
          requires avx
          for i in 0..15
            v[i] <- 0

        instruction "VPXORQ zmm,zmm,zmm/m"
          listed d:5 n:5 rm:modrm a:3
          opcode "EVEX.512.66.0F.W1 EF /r"
          requires avx512f
          abstract v[d] from v[n], vector(rm), k[a]

        instruction "KNOTW k,k"
          listed d:3 rm:modrm
          opcode "VEX.L0.0F.W0 44 /r reg"
          requires avx512f
          abstract k[d] from mask(rm)

        instruction "FLD1"
          listed
          opcode "D9 E8"
          let top = fpsw[13..11]
          abstract st[top - 1], fpsw, fptag from fpsw, fpcw, fptag

        instruction "PADDB mm,mm/m"
          listed d:3 rm:modrm
          opcode "NP 0F FC /r"
          let y = case rm
            register(m) : st[m[2..0]]
            else        : zext(e[address(rm)], 64)
          abstract st[d], fpsw, fptag from st[d], y, fpsw, fptag

        instruction "RDFSBASE m"
          listed m:4
          opcode "F3 REX.W 0F AE /0 reg"
          requires fsgsbase
          trap invalid-opcode when fsgsbase = 0
          r[m] <- fs-base

        instruction "WRFSBASE m"
          listed m:4
          opcode "F3 REX.W 0F AE /2 reg"
          requires fsgsbase
          trap invalid-opcode when fsgsbase = 0
          trap general-protection(0) when refused(r[m], 0, 0) = 1
          fs-base <- r[m]

        instruction "MOVFROMSEG rm,s"
          listed rm:modrm reg:3
          opcode "8C /r reg"
          trap invalid-opcode when reg >= 6
          case rm
            register(m) : abstract r[m[3..0]] from selector[reg], r[m[3..0]]
            else        : nothing

        instruction "RDTSC"
          listed
          opcode "0F 31"
          trap general-protection(0) when tsd = 1 and cpl != 0
          r[rax] <- zext(tsc[31..0], 64)
          r[rdx] <- tsc >> 32

        instruction "CPUID"
          listed
          opcode "0F A2"
          abstract r[rax], r[rbx], r[rcx], r[rdx] from processor, r[rax], r[rcx]

        instruction "XGETBV"
          listed
          opcode "NP 0F 01 D0"
          requires xsave
          trap invalid-opcode when osxsave = 0
          trap general-protection(0) when refused(r[rcx], 0, 0) = 1
          abstract r[rax], r[rdx] from r[rcx], processor

        instruction "SGDT rm"
          listed rm:modrm
          opcode "0F 01 /0 mem"
          trap general-protection(0) when umip = 1 and cpl != 0
          abstract e[address(rm)] from gdt

        instructions
          HLT "F4"   CLI "FA"   CLTS "0F 06"   WBINVD "0F 09"   RDMSR "0F 32"   INVD "0F 08"
        as "OP"
          listed
          privileged()

        instruction "IN al,imm"
          listed imm:8
          opcode "E4 ib"
          privileged()

        instruction "LGDT rm"
          listed rm:modrm
          opcode "0F 01 /2 mem"
          privileged()
          abstract gdt from e[address(rm)]

        instruction "UD2"
          listed
          opcode "0F 0B"
          trap invalid-opcode

        instruction "INT3"
          listed
          opcode "CC"
          trap breakpoint

        instruction "INT n"
          listed imm:8
          opcode "CD ib"
          trap software-interrupt(imm)

        instruction "SYSCALL"
          listed
          opcode "0F 05"
          trap system-call

        instruction "SYSENTER"
          listed
          opcode "0F 34"
          trap system-enter

        instruction "MISSING"
          listed
          opcode "0F 0B"
          requires no-processor-has-this
          nothing

        """
}
