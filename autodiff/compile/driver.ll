; Checks arguments, makes arrays, runs steps.  FIELD(name, base, WORD) reads a word of a table;
; the words are named in driver.py, where these lines are expanded.

declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare ptr @PyObject_CallFunctionObjArgs(ptr, ...)
declare ptr @PyLong_FromVoidPtr(ptr)
declare ptr @PyTuple_New(i64)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_detach(i64)
declare i32 @sem_init(ptr, i32, i32)
declare i32 @sem_wait(ptr)
declare i32 @sem_post(ptr)
declare i32 @sched_yield()
declare noalias ptr @malloc(i64)
declare void @free(ptr)
declare ptr @PyErr_NoMemory()
declare ptr @realloc(ptr, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define internal i64 @fits(ptr %G, ptr %args, i64 %nargs, ptr %array.type, ptr %float.type) {
entry:
FIELD(n, %G, NARGS)
FIELD(specs, %G, ARGS)
  %same = icmp eq i64 %n, %nargs
  br i1 %same, label %start, label %no
start:
  %first = inttoptr i64 %specs to ptr
  br label %head
head:
  %k = phi i64 [ 0, %start ], [ %k.next, %next ]
  %r = phi ptr [ %first, %start ], [ %r.next, %next ]
  %more = icmp slt i64 %k, %n
  br i1 %more, label %one, label %yes
one:
FIELD(kind, %r, 0)
FIELD(what, %r, 1)
FIELD(ndim, %r, 2)
FIELD(size, %r, 3)
  %r.next = getelementptr i64, ptr %r, i64 %size
  %k.next = add i64 %k, 1
  %x.p = getelementptr ptr, ptr %args, i64 %k
  %x = load ptr, ptr %x.p
  %type.p = getelementptr i8, ptr %x, i64 8
  %type = load ptr, ptr %type.p
  switch i64 %kind, label %array [ i64 2, label %float
                                   i64 3, label %object ]
float:
  %is.float = icmp eq ptr %type, %float.type
  br i1 %is.float, label %next, label %no
object:
  %wanted = inttoptr i64 %what to ptr
  %is.object = icmp eq ptr %x, %wanted
  br i1 %is.object, label %next, label %no
array:
  %is.array = icmp eq ptr %type, %array.type
  br i1 %is.array, label %look, label %no
look:
  %nd.p = getelementptr i8, ptr %x, i64 24
  %nd32 = load i32, ptr %nd.p
  %nd = sext i32 %nd32 to i64
  %nd.same = icmp eq i64 %nd, %ndim
  %descr.p = getelementptr i8, ptr %x, i64 56
  %descr = load i64, ptr %descr.p
  %descr.same = icmp eq i64 %descr, %what
  %flags.p = getelementptr i8, ptr %x, i64 64
  %flags = load i32, ptr %flags.p
  ; contiguous and aligned, or only aligned
  %contiguous = icmp eq i64 %kind, 0
  %mask = select i1 %contiguous, i32 257, i32 256
  %masked = and i32 %flags, %mask
  %flags.same = icmp eq i32 %masked, %mask
  %a1 = and i1 %nd.same, %descr.same
  %a2 = and i1 %a1, %flags.same
  br i1 %a2, label %dims, label %no
dims:
  %dims.p = getelementptr i8, ptr %x, i64 32
  %dims.a = load ptr, ptr %dims.p
  %strides.p = getelementptr i8, ptr %x, i64 40
  %strides.a = load ptr, ptr %strides.p
  %own = getelementptr i64, ptr %r, i64 4
  %own.strides = getelementptr i64, ptr %own, i64 %ndim
  br label %dim
dim:
  %d = phi i64 [ 0, %dims ], [ %d.next, %equal ]
  %d.more = icmp slt i64 %d, %ndim
  br i1 %d.more, label %compare, label %next
compare:
  %d.next = add i64 %d, 1
  %s1.p = getelementptr i64, ptr %dims.a, i64 %d
  %s1 = load i64, ptr %s1.p
  %s2.p = getelementptr i64, ptr %own, i64 %d
  %s2 = load i64, ptr %s2.p
  %s.same = icmp eq i64 %s1, %s2
  %t1.p = getelementptr i64, ptr %strides.a, i64 %d
  %t1 = load i64, ptr %t1.p
  %t2.p = getelementptr i64, ptr %own.strides, i64 %d
  %t2 = load i64, ptr %t2.p
  %t.same0 = icmp eq i64 %t1, %t2
  %t.same = or i1 %t.same0, %contiguous
  %dim.same = and i1 %s.same, %t.same
  br i1 %dim.same, label %equal, label %no
equal:
  br label %dim
next:
  br label %head
yes:
  ret i64 1
no:
  ret i64 0
}

define internal i64 @blocks(ptr %f, ptr %P, ptr %I, ptr %S, i64 %low, i64 %high, i64 %block) {
entry:
  br label %one
one:
  %i = phi i64 [ %low, %entry ], [ %i.end, %again ]
  %i.far = add i64 %i, %block
  %i.past = icmp sgt i64 %i.far, %high
  %i.end = select i1 %i.past, i64 %high, i64 %i.far
  %status = call i64 %f(ptr %P, ptr %I, ptr %S, i64 %i, i64 %i.end)
  %missed = icmp ne i64 %status, 0
  br i1 %missed, label %stop, label %again
again:
  %i.more = icmp slt i64 %i.end, %high
  br i1 %i.more, label %one, label %stop
stop:
  ret i64 %status
}

; Two threads share the blocks of a step.  Each takes the next block until none is left, and who
; called waits at the end only for the block that the helper is at: a helper for which the machine has
; no core just now is not waited for.  The blocks are the same, so the bits are.
@pool.busy = internal global i64 0
@pool.helper = internal global i64 0 ; 0: not made yet, 1: it is there, 2: it cannot be
@pool.wake = internal global [64 x i8] zeroinitializer, align 16
@pool.step = internal global [8 x i64] zeroinitializer
@pool.left = internal global i64 0 ; blocks that nobody has taken, or less than 0
@pool.finished = internal global i64 0
@pool.status = internal global i64 0

define internal void @share() {
entry:
  br label %head
head:
  %left = atomicrmw sub ptr @pool.left, i64 1 acq_rel
  %more = icmp sgt i64 %left, 0
  br i1 %more, label %one, label %end
one:
  ; what is read here stays while a block that was taken is not finished
  %a = getelementptr i64, ptr @pool.step, i64 0
FIELD(f.i, %a, 0)
FIELD(P.i, %a, 1)
FIELD(I.i, %a, 2)
FIELD(S.i, %a, 3)
FIELD(high, %a, 4)
FIELD(block, %a, 5)
FIELD(count, %a, 6)
  %f = inttoptr i64 %f.i to ptr
  %P = inttoptr i64 %P.i to ptr
  %I = inttoptr i64 %I.i to ptr
  %S = inttoptr i64 %S.i to ptr
  %k = sub i64 %count, %left
  %low = mul i64 %k, %block
  %far = add i64 %low, %block
  %past = icmp sgt i64 %far, %high
  %stop = select i1 %past, i64 %high, i64 %far
  %status = call i64 %f(ptr %P, ptr %I, ptr %S, i64 %low, i64 %stop)
  %missed = icmp ne i64 %status, 0
  br i1 %missed, label %tell, label %done
tell:
  store atomic i64 %status, ptr @pool.status release, align 8
  br label %done
done:
  %before = atomicrmw add ptr @pool.finished, i64 1 acq_rel
  br label %head
end:
  ret void
}

define internal ptr @helper(ptr %a) {
entry:
  br label %wait
wait:
  %woken = call i32 @sem_wait(ptr @pool.wake)
  call void @share()
  br label %wait
}

define internal i64 @helped() {
  ; whether there is a helper; only who has the pool calls this
entry:
  %thread = alloca i64
  %state = load i64, ptr @pool.helper
  %new = icmp eq i64 %state, 0
  br i1 %new, label %make, label %end
make:
  %unable = call i32 @sem_init(ptr @pool.wake, i32 0, i32 0)
  %able = icmp eq i32 %unable, 0
  br i1 %able, label %start, label %none
start:
  %failed = call i32 @pthread_create(ptr %thread, ptr null, ptr @helper, ptr null)
  %made = icmp eq i32 %failed, 0
  br i1 %made, label %detach, label %none
detach:
  %t = load i64, ptr %thread
  %detached = call i32 @pthread_detach(i64 %t)
  br label %keep
none:
  br label %keep
keep:
  %found = phi i64 [ 1, %detach ], [ 2, %none ]
  store i64 %found, ptr @pool.helper
  br label %end
end:
  %now = phi i64 [ %state, %entry ], [ %found, %keep ]
  ret i64 %now
}

define internal i64 @halves(ptr %f, ptr %P, ptr %I, ptr %S, i64 %high, i64 %block) {
entry:
  %pair = cmpxchg ptr @pool.busy, i64 0, i64 1 acq_rel monotonic
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %ask, label %single
ask:
  %state = call i64 @helped()
  %has = icmp eq i64 %state, 1
  br i1 %has, label %open, label %close
close:
  store atomic i64 0, ptr @pool.busy release, align 8
  br label %single
single:
  %alone = call i64 @blocks(ptr %f, ptr %P, ptr %I, ptr %S, i64 0, i64 %high, i64 %block)
  ret i64 %alone
open:
  %a = getelementptr i64, ptr @pool.step, i64 0
  %up = add i64 %high, %block
  %up1 = sub i64 %up, 1
  %count = sdiv i64 %up1, %block
  %f.i = ptrtoint ptr %f to i64
  %P.i = ptrtoint ptr %P to i64
  %I.i = ptrtoint ptr %I to i64
  %S.i = ptrtoint ptr %S to i64
PUT(%f.i, %a, 0)
PUT(%P.i, %a, 1)
PUT(%I.i, %a, 2)
PUT(%S.i, %a, 3)
PUT(%high, %a, 4)
PUT(%block, %a, 5)
PUT(%count, %a, 6)
  store atomic i64 0, ptr @pool.status release, align 8
  store atomic i64 0, ptr @pool.finished release, align 8
  store atomic i64 %count, ptr @pool.left release, align 8
  %posted = call i32 @sem_post(ptr @pool.wake)
  call void @share()
  br label %wait
wait:
  %turns = phi i64 [ 0, %open ], [ %turns.next, %again ]
  %finished = load atomic i64, ptr @pool.finished acquire, align 8
  %all = icmp sge i64 %finished, %count
  br i1 %all, label %end, label %more
more:
  %turns.next = add i64 %turns, 1
  %patient = icmp slt i64 %turns, 20000
  br i1 %patient, label %again, label %yield
yield:
  %yielded = call i32 @sched_yield()
  br label %again
again:
  br label %wait
end:
  %status = load atomic i64, ptr @pool.status acquire, align 8
  store atomic i64 0, ptr @pool.busy release, align 8
  ret i64 %status
}

define internal i64 @steps(ptr %P, ptr %first, i64 %count) {
entry:
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k.next, %done ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %one, label %end
one:
  %k.next = add i64 %k, 1
  %at = mul i64 %k, 8
  %step = getelementptr i64, ptr %first, i64 %at
FIELD(function, %step, 0)
FIELD(python, %step, 1)
FIELD(index, %step, 2)
FIELD(numbers, %step, 3)
FIELD(low, %step, 4)
FIELD(high, %step, 5)
FIELD(block, %step, 6)
  %I = inttoptr i64 %index to ptr
  %S = inttoptr i64 %numbers to ptr
  %f = inttoptr i64 %function to ptr
  %is.python = icmp eq i64 %function, 0
  br i1 %is.python, label %call, label %native
call:
  %state = call i32 @PyGILState_Ensure()
  %object = inttoptr i64 %python to ptr
  %address = call ptr @PyLong_FromVoidPtr(ptr %P)
  %answer = call ptr (ptr, ...) @PyObject_CallFunctionObjArgs(ptr %object, ptr %address, ptr null)
  call void @Py_DecRef(ptr %address)
  %failed = icmp eq ptr %answer, null
  br i1 %failed, label %error, label %answered
answered:
  call void @Py_DecRef(ptr %answer)
  call void @PyGILState_Release(i32 %state)
  br label %done
error:
  call void @PyGILState_Release(i32 %state)
  ret i64 -1
native:
FIELD(parallel, %step, 7)
  %is.parallel = icmp ne i64 %parallel, 0
  br i1 %is.parallel, label %both, label %single
both:
  %s.both = call i64 @halves(ptr %f, ptr %P, ptr %I, ptr %S, i64 %high, i64 %block)
  br label %checked
single:
  %s.single = call i64 @blocks(ptr %f, ptr %P, ptr %I, ptr %S, i64 %low, i64 %high, i64 %block)
  br label %checked
checked:
  %status = phi i64 [ %s.both, %both ], [ %s.single, %single ]
  %missed = icmp ne i64 %status, 0
  br i1 %missed, label %missing, label %done
missing:
  ; a native function that gives up, and leaves the numbers to Python
  %again = icmp eq i64 %status, -2
  %has = icmp ne i64 %python, 0
  %other = and i1 %again, %has
  br i1 %other, label %call, label %stop
done:
  br label %head
stop:
  ret i64 %status
end:
  ret i64 0
}

define i64 @lockstep(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) {
  ; one block of several nests, one after another
entry:
  %count = load i64, ptr %S
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %k.next, %one ]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %one, label %end
one:
  %k.next = add i64 %k, 1
  %at = mul i64 %k, 3
  %call = getelementptr i64, ptr %S, i64 %at
FIELD(function, %call, 1)
FIELD(index, %call, 2)
FIELD(numbers, %call, 3)
  %f = inttoptr i64 %function to ptr
  %own.I = inttoptr i64 %index to ptr
  %own.S = inttoptr i64 %numbers to ptr
  %status = call i64 %f(ptr %P, ptr %own.I, ptr %own.S, i64 %lo, i64 %hi)
  br label %head
end:
  ret i64 0
}

define internal ptr @pointer(ptr %P, i64 %k) {
  %p = getelementptr ptr, ptr %P, i64 %k
  %x = load ptr, ptr %p
  ret ptr %x
}

define internal void @point(ptr %P, i64 %k, ptr %x) {
  %p = getelementptr ptr, ptr %P, i64 %k
  store ptr %x, ptr %p
  ret void
}

define internal i64 @room(ptr %s, i64 %need) {
  ; a stack with at least so many bytes: 0, or -1 where there is no memory
FIELD(has, %s, 1)
  %short = icmp slt i64 %has, %need
  br i1 %short, label %grow, label %good
grow:
  %twice = mul i64 %need, 2
  %tiny = icmp slt i64 %twice, 4096
  %bytes = select i1 %tiny, i64 4096, i64 %twice
  %old = load ptr, ptr %s
  %new = call ptr @realloc(ptr %old, i64 %bytes)
  %none = icmp eq ptr %new, null
  br i1 %none, label %bad, label %set
set:
  store ptr %new, ptr %s
PUT(%bytes, %s, 1)
  br label %good
good:
  ret i64 0
bad:
  ret i64 -1
}

define i64 @repeat(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) {
  ; the steps of a loop: see repeat.py, where its words are written
entry:
FIELD(mode, %S, 0)
FIELD(length, %S, 1)
FIELD(test.i, %S, 2)
FIELD(test.n, %S, 3)
FIELD(body.i, %S, 4)
FIELD(body.n, %S, 5)
FIELD(carries, %S, 6)
FIELD(movers, %S, 7)
FIELD(growers, %S, 8)
FIELD(backwards, %S, 9)
FIELD(pred, %S, 10)
FIELD(total, %S, 11)
FIELD(given, %S, 12)
FIELD(given.at, %S, 13)
  %test = inttoptr i64 %test.i to ptr
  %body = inttoptr i64 %body.i to ptr
  %C = getelementptr i64, ptr %S, i64 16
  %C.size = mul i64 %carries, 8
  %M = getelementptr i64, ptr %C, i64 %C.size
  %M.size = mul i64 %movers, 4
  %W = getelementptr i64, ptr %M, i64 %M.size
  %tested = icmp eq i64 %mode, 1
  %asks = icmp eq i64 %mode, 2
  %turned = icmp ne i64 %backwards, 0
  br label %carry
carry:
  %c = phi i64 [ 0, %entry ], [ %c.next, %carry.one ]
  %c.more = icmp slt i64 %c, %carries
  br i1 %c.more, label %carry.one, label %mover
carry.one:
  %c.next = add i64 %c, 1
  %c.at = mul i64 %c, 8
  %c.p = getelementptr i64, ptr %C, i64 %c.at
FIELD(c.here, %c.p, 0)
FIELD(c.there, %c.p, 1)
FIELD(c.pair, %c.p, 2)
FIELD(c.room, %c.p, 3)
FIELD(c.source, %c.p, 4)
FIELD(c.offset, %c.p, 5)
FIELD(c.bytes, %c.p, 6)
  %c.base = call ptr @pointer(ptr %P, i64 %c.pair)
  %c.other = getelementptr i8, ptr %c.base, i64 %c.room
  %c.from0 = call ptr @pointer(ptr %P, i64 %c.source)
  %c.from = getelementptr i8, ptr %c.from0, i64 %c.offset
  call void @llvm.memcpy.p0.p0.i64(ptr %c.base, ptr %c.from, i64 %c.bytes, i1 false)
  call void @point(ptr %P, i64 %c.here, ptr %c.base)
  call void @point(ptr %P, i64 %c.there, ptr %c.other)
  br label %carry
mover:
  %m = phi i64 [ 0, %carry ], [ %m.next, %mover.one ]
  %m.more = icmp slt i64 %m, %movers
  br i1 %m.more, label %mover.one, label %count
mover.one:
  %m.next = add i64 %m, 1
  %m.at = mul i64 %m, 4
  %m.p = getelementptr i64, ptr %M, i64 %m.at
FIELD(m.slot, %m.p, 0)
FIELD(m.source, %m.p, 1)
FIELD(m.start, %m.p, 2)
  %m.from0 = call ptr @pointer(ptr %P, i64 %m.source)
  %m.from = getelementptr i8, ptr %m.from0, i64 %m.start
  call void @point(ptr %P, i64 %m.slot, ptr %m.from)
  br label %mover
count:
  br i1 %asks, label %count.given, label %count.known
count.given:
  %n.p0 = call ptr @pointer(ptr %P, i64 %given)
  %n.p = getelementptr i8, ptr %n.p0, i64 %given.at
  %n.given = load i64, ptr %n.p
  br label %count.known
count.known:
  %n = phi i64 [ %length, %count ], [ %n.given, %count.given ]
  br label %head
head:
  %i = phi i64 [ 0, %count.known ], [ %i.next, %swapped ]
  br i1 %tested, label %try, label %compare
try:
  %t.status = call i64 @steps(ptr %P, ptr %test, i64 %test.n)
  %t.bad = icmp ne i64 %t.status, 0
  br i1 %t.bad, label %bad, label %answer
answer:
  %t.p = call ptr @pointer(ptr %P, i64 %pred)
  %t.byte = load i8, ptr %t.p
  %t.on = icmp ne i8 %t.byte, 0
  br i1 %t.on, label %go, label %end
compare:
  %i.more = icmp slt i64 %i, %n
  br i1 %i.more, label %go, label %end
go:
  %i.next = add i64 %i, 1
  %far = sub i64 %n, %i.next
  %at = select i1 %turned, i64 %far, i64 %i
  %needed = select i1 %tested, i64 %i.next, i64 %n
  br label %grower
grower:
  %g = phi i64 [ 0, %go ], [ %g.next, %grower.set ]
  %g.more = icmp slt i64 %g, %growers
  br i1 %g.more, label %grower.one, label %run
grower.one:
  %g.next = add i64 %g, 1
  %g.at = mul i64 %g, 4
  %g.p = getelementptr i64, ptr %W, i64 %g.at
FIELD(g.slot, %g.p, 0)
FIELD(g.stack, %g.p, 1)
FIELD(g.bytes, %g.p, 2)
FIELD(g.grows, %g.p, 3)
  %g.s = call ptr @pointer(ptr %P, i64 %g.stack)
  %g.writes = icmp ne i64 %g.grows, 0
  br i1 %g.writes, label %grower.grow, label %grower.set
grower.grow:
  %g.need = mul i64 %needed, %g.bytes
  %g.status = call i64 @room(ptr %g.s, i64 %g.need)
  %g.bad = icmp ne i64 %g.status, 0
  br i1 %g.bad, label %full, label %grower.set
grower.set:
  %g.memory = load ptr, ptr %g.s
  %g.far = mul i64 %at, %g.bytes
  %g.here = getelementptr i8, ptr %g.memory, i64 %g.far
  call void @point(ptr %P, i64 %g.slot, ptr %g.here)
  br label %grower
run:
  %status = call i64 @steps(ptr %P, ptr %body, i64 %body.n)
  %stop = icmp ne i64 %status, 0
  br i1 %stop, label %bad, label %move
move:
  %v = phi i64 [ 0, %run ], [ %v.next, %move.one ]
  %v.more = icmp slt i64 %v, %movers
  br i1 %v.more, label %move.one, label %swap
move.one:
  %v.next = add i64 %v, 1
  %v.at = mul i64 %v, 4
  %v.p = getelementptr i64, ptr %M, i64 %v.at
FIELD(v.slot, %v.p, 0)
FIELD(v.step, %v.p, 3)
  %v.now = call ptr @pointer(ptr %P, i64 %v.slot)
  %v.then = getelementptr i8, ptr %v.now, i64 %v.step
  call void @point(ptr %P, i64 %v.slot, ptr %v.then)
  br label %move
swap:
  %w = phi i64 [ 0, %move ], [ %w.next, %swap.one ]
  %w.more = icmp slt i64 %w, %carries
  br i1 %w.more, label %swap.one, label %swapped
swap.one:
  %w.next = add i64 %w, 1
  %w.at = mul i64 %w, 8
  %w.p = getelementptr i64, ptr %C, i64 %w.at
FIELD(w.here, %w.p, 0)
FIELD(w.there, %w.p, 1)
  %w.a = call ptr @pointer(ptr %P, i64 %w.here)
  %w.b = call ptr @pointer(ptr %P, i64 %w.there)
  call void @point(ptr %P, i64 %w.here, ptr %w.b)
  call void @point(ptr %P, i64 %w.there, ptr %w.a)
  br label %swap
swapped:
  br label %head
end:
  br i1 %tested, label %tell, label %done
tell:
  %sum.p = call ptr @pointer(ptr %P, i64 %total)
  store i64 %i, ptr %sum.p
  br label %done
done:
  ret i64 0
bad:
  %b = phi i64 [ %t.status, %try ], [ %status, %run ]
  ret i64 %b
full:
  %gil = call i32 @PyGILState_Ensure()
  %nothing.left = call ptr @PyErr_NoMemory()
  call void @PyGILState_Release(i32 %gil)
  ret i64 -1
}

define internal i64 @space(ptr %G) {
  ; the address of the workspace; the program's own if nobody else runs it now
FIELD(bytes, %G, ROOM)
FIELD(own, %G, SPACE)
  %none = icmp eq i64 %bytes, 0
  br i1 %none, label %mine, label %look
look:
  %busy.p = getelementptr i64, ptr %G, i64 BUSY
  %busy = atomicrmw xchg ptr %busy.p, i64 1 acquire
  %free = icmp eq i64 %busy, 0
  br i1 %free, label %mine, label %other
mine:
  ret i64 %own
other:
  %wide = add i64 %bytes, 64
  %new = call ptr @malloc(i64 %wide)
FIELD(stacks, %G, STACKS)
  %zeros = mul i64 %stacks, 16
  call void @llvm.memset.p0.i64(ptr %new, i8 0, i64 %zeros, i1 false)
  %new.i = ptrtoint ptr %new to i64
  ret i64 %new.i
}

define internal void @release(ptr %G, i64 %space) {
FIELD(bytes, %G, ROOM)
FIELD(own, %G, SPACE)
  %none = icmp eq i64 %bytes, 0
  br i1 %none, label %end, label %look
look:
  %mine = icmp eq i64 %own, %space
  br i1 %mine, label %give, label %other
give:
  %busy.p = getelementptr i64, ptr %G, i64 BUSY
  store atomic i64 0, ptr %busy.p release, align 8
  br label %end
other:
  %s = inttoptr i64 %space to ptr
FIELD(stacks, %G, STACKS)
  br label %stack
stack:
  %k = phi i64 [ 0, %other ], [ %k.next, %drop ]
  %k.more = icmp slt i64 %k, %stacks
  br i1 %k.more, label %drop, label %all
drop:
  %k.next = add i64 %k, 1
  %k.at = mul i64 %k, 2
  %k.p = getelementptr ptr, ptr %s, i64 %k.at
  %k.memory = load ptr, ptr %k.p
  call void @free(ptr %k.memory)
  br label %stack
all:
  call void @free(ptr %s)
  br label %end
end:
  ret void
}

define internal ptr @output(ptr %r, ptr %table) {
  ; a new array for an output, or the last one if nobody holds it any more
FIELD(ndim, %r, 1)
FIELD(number, %r, 2)
FIELD(reuse, %r, 5)
FIELD(old, %r, 6)
  %old.p0 = inttoptr i64 %old to ptr
  %has = icmp ne i64 %old, 0
  br i1 %has, label %held, label %fresh
held:
  %refs = load i32, ptr %old.p0
  %alone = icmp eq i32 %refs, 1
  br i1 %alone, label %look, label %fresh
look:
  ; whoever held it may have given it another shape, dtype, or made it read-only
FIELD(descr, %r, 3)
  %old.nd.p = getelementptr i8, ptr %old.p0, i64 24
  %old.nd32 = load i32, ptr %old.nd.p
  %old.nd = sext i32 %old.nd32 to i64
  %nd.same = icmp eq i64 %old.nd, %ndim
  %old.descr.p = getelementptr i8, ptr %old.p0, i64 56
  %old.descr = load i64, ptr %old.descr.p
  %descr.same = icmp eq i64 %old.descr, %descr
  %flags.p = getelementptr i8, ptr %old.p0, i64 64
  %flags = load i32, ptr %flags.p
  ; contiguous, aligned, writeable; a last one owns its memory, a donated one need not
  %is.kept = icmp ne i64 %reuse, 0
  %wanted = select i1 %is.kept, i32 1285, i32 1281
  %mask = and i32 %flags, %wanted
  %flags.same = icmp eq i32 %mask, %wanted
  %weak.p = getelementptr i8, ptr %old.p0, i64 72
  %weak = load i64, ptr %weak.p
  %weak.none = icmp eq i64 %weak, 0
  %l1 = and i1 %nd.same, %descr.same
  %l2 = and i1 %flags.same, %weak.none
  %l3 = and i1 %l1, %l2
  %dims.p = getelementptr i8, ptr %old.p0, i64 32
  %old.dims = load ptr, ptr %dims.p
  %own.dims = getelementptr i64, ptr %r, i64 8
  br i1 %l3, label %dim, label %fresh
dim:
  %d = phi i64 [ 0, %look ], [ %d.next, %compare ]
  %d.more = icmp slt i64 %d, %ndim
  br i1 %d.more, label %compare, label %again
compare:
  %d.next = add i64 %d, 1
  %d1.p = getelementptr i64, ptr %old.dims, i64 %d
  %d1 = load i64, ptr %d1.p
  %d2.p = getelementptr i64, ptr %own.dims, i64 %d
  %d2 = load i64, ptr %d2.p
  %d.same = icmp eq i64 %d1, %d2
  br i1 %d.same, label %dim, label %fresh
again:
  call void @Py_IncRef(ptr %old.p0)
  ret ptr %old.p0
fresh:
  %type.p = getelementptr ptr, ptr %table, i64 2
  %type = load ptr, ptr %type.p
  %new.p = getelementptr ptr, ptr %table, i64 93
  %new.f = load ptr, ptr %new.p
  %dims = getelementptr i64, ptr %r, i64 8
  %nd = trunc i64 %ndim to i32
  %num = trunc i64 %number to i32
  %array = call ptr %new.f(ptr %type, i32 %nd, ptr %dims, i32 %num, ptr null, ptr null, i32 0, i32 0, ptr null)
  %keeps = icmp ne i64 %reuse, 0
  %made = icmp ne ptr %array, null
  %swap = and i1 %keeps, %made
  br i1 %swap, label %keep, label %end
keep:
  call void @Py_IncRef(ptr %array)
  %a.i = ptrtoint ptr %array to i64
  store i64 %a.i, ptr %old.p
  br i1 %has, label %drop, label %end
drop:
  call void @Py_DecRef(ptr %old.p0)
  br label %end
end:
  ret ptr %array
}

define internal ptr @perform(ptr %G, ptr %args, ptr %status, ptr %table) {
entry:
FIELD(nargs, %G, NARGS)
FIELD(nouts, %G, NOUTS)
FIELD(outs, %G, OUTS)
FIELD(template, %G, TEMPLATE)
FIELD(count, %G, POINTERS)
FIELD(first, %G, FIRST)
FIELD(steps, %G, STEPS)
FIELD(nsteps, %G, COUNT)
FIELD(long, %G, LONG)
FIELD(result, %G, RESULT)
FIELD(finish, %G, FINISH)
  %P = alloca ptr, i64 %count, align 16
  %objects = alloca ptr, i64 %nouts
  %source = inttoptr i64 %template to ptr
  %bytes = mul i64 %count, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %P, ptr %source, i64 %bytes, i1 false)
  %space = call i64 @space(ptr %G)
  br label %inputs
inputs:
  %i = phi i64 [ 0, %entry ], [ %i.next, %input ]
  %i.more = icmp slt i64 %i, %nargs
  br i1 %i.more, label %input, label %works
input:
  %i.next = add i64 %i, 1
  %x.p = getelementptr ptr, ptr %args, i64 %i
  %x = load ptr, ptr %x.p
  %data.p = getelementptr i8, ptr %x, i64 16
  ; the elements of an array stand elsewhere, a number in the object itself
  %type.p = getelementptr i8, ptr %x, i64 8
  %type = load ptr, ptr %type.p
  %array.p = getelementptr ptr, ptr %table, i64 2
  %array.type = load ptr, ptr %array.p
  %is.array = icmp eq ptr %type, %array.type
  %there = select i1 %is.array, ptr %data.p, ptr @nothing
  %elsewhere = load ptr, ptr %there
  %data = select i1 %is.array, ptr %elsewhere, ptr %data.p
  %slot.p = getelementptr ptr, ptr %P, i64 %i
  store ptr %data, ptr %slot.p
  br label %inputs
works:
  %w = phi i64 [ %first, %inputs ], [ %w.next, %work ]
  %w.more = icmp slt i64 %w, %count
  br i1 %w.more, label %work, label %make
work:
  %w.next = add i64 %w, 1
  %w.p = getelementptr i64, ptr %P, i64 %w
  %offset = load i64, ptr %w.p
  %w.at = add i64 %offset, %space
  store i64 %w.at, ptr %w.p
  br label %works
make:
  %outs.p0 = inttoptr i64 %outs to ptr
  br label %outputs
outputs:
  %o = phi i64 [ 0, %make ], [ %o.next, %made ]
  %r = phi ptr [ %outs.p0, %make ], [ %r.next, %made ]
  %o.more = icmp slt i64 %o, %nouts
  br i1 %o.more, label %out, label %run
out:
  %o.next = add i64 %o, 1
FIELD(scalar, %r, 0)
FIELD(size, %r, 7)
  %r.next = getelementptr i64, ptr %r, i64 %size
  %o.slot = add i64 %nargs, %o
  %o.p = getelementptr i64, ptr %P, i64 %o.slot
  %object.p = getelementptr ptr, ptr %objects, i64 %o
  %is.scalar = icmp ne i64 %scalar, 0
  br i1 %is.scalar, label %number, label %array
number:
  %n.offset = load i64, ptr %o.p
  %n.at = add i64 %n.offset, %space
  store i64 %n.at, ptr %o.p
  store ptr null, ptr %object.p
  br label %made
array:
  %new = call ptr @output(ptr %r, ptr %table)
  store ptr %new, ptr %object.p
  %new.bad = icmp eq ptr %new, null
  br i1 %new.bad, label %memory, label %place
place:
  %new.data.p = getelementptr i8, ptr %new, i64 16
  %new.data = load ptr, ptr %new.data.p
  store ptr %new.data, ptr %o.p
  br label %made
memory:
  store i64 -1, ptr %status
  br label %undo
made:
  br label %outputs
run:
  %steps.p0 = inttoptr i64 %steps to ptr
  %is.long = icmp ne i64 %long, 0
  br i1 %is.long, label %alone, label %together
alone:
  %thread = call ptr @PyEval_SaveThread()
  %s1 = call i64 @steps(ptr %P, ptr %steps.p0, i64 %nsteps)
  call void @PyEval_RestoreThread(ptr %thread)
  br label %ran
together:
  %s2 = call i64 @steps(ptr %P, ptr %steps.p0, i64 %nsteps)
  br label %ran
ran:
  %s = phi i64 [ %s1, %alone ], [ %s2, %together ]
  store i64 %s, ptr %status
  %good = icmp eq i64 %s, 0
  br i1 %good, label %numbers, label %undo
undo:
  %u.count = phi i64 [ %o, %memory ], [ %nouts, %ran ]
  br label %undos
undos:
  %u = phi i64 [ 0, %undo ], [ %u.next, %undone ]
  %u.more = icmp slt i64 %u, %u.count
  br i1 %u.more, label %undo.one, label %undo.end
undo.one:
  %u.next = add i64 %u, 1
  %u.p = getelementptr ptr, ptr %objects, i64 %u
  %u.x = load ptr, ptr %u.p
  %u.has = icmp ne ptr %u.x, null
  br i1 %u.has, label %undo.drop, label %undone
undo.drop:
  call void @Py_DecRef(ptr %u.x)
  br label %undone
undone:
  br label %undos
undo.end:
  call void @release(ptr %G, i64 %space)
  ret ptr null
numbers:
  br label %scalars
scalars:
  %v = phi i64 [ 0, %numbers ], [ %v.next, %v.done ]
  %v.r = phi ptr [ %outs.p0, %numbers ], [ %v.r.next, %v.done ]
  %v.more = icmp slt i64 %v, %nouts
  br i1 %v.more, label %v.one, label %give
v.one:
  %v.next = add i64 %v, 1
FIELD(v.scalar, %v.r, 0)
FIELD(v.descr, %v.r, 3)
FIELD(v.size, %v.r, 7)
  %v.r.next = getelementptr i64, ptr %v.r, i64 %v.size
  %v.is = icmp ne i64 %v.scalar, 0
  br i1 %v.is, label %v.make, label %v.done
v.make:
  %v.slot = add i64 %nargs, %v
  %v.p = getelementptr ptr, ptr %P, i64 %v.slot
  %v.data = load ptr, ptr %v.p
  %number.at = getelementptr ptr, ptr %table, i64 60
  %scalar.f = load ptr, ptr %number.at
  %descr = inttoptr i64 %v.descr to ptr
  %v.new = call ptr %scalar.f(ptr %v.data, ptr %descr, ptr null)
  %v.object.p = getelementptr ptr, ptr %objects, i64 %v
  store ptr %v.new, ptr %v.object.p
  br label %v.done
v.done:
  br label %scalars
give:
  call void @release(ptr %G, i64 %space)
  %single = icmp eq i64 %result, 0
  br i1 %single, label %give.one, label %give.tuple
give.one:
  %only = load ptr, ptr %objects
  ret ptr %only
give.tuple:
  %tuple = call ptr @PyTuple_New(i64 %nouts)
  br label %fill
fill:
  %f = phi i64 [ 0, %give.tuple ], [ %f.next, %fill.one ]
  %f.more = icmp slt i64 %f, %nouts
  br i1 %f.more, label %fill.one, label %filled
fill.one:
  %f.next = add i64 %f, 1
  %f.p = getelementptr ptr, ptr %objects, i64 %f
  %f.x = load ptr, ptr %f.p
  %f.r = call i32 @PyTuple_SetItem(ptr %tuple, i64 %f, ptr %f.x)
  br label %fill
filled:
  %plain = icmp eq i64 %finish, 0
  br i1 %plain, label %give.plain, label %give.other
give.plain:
  ret ptr %tuple
give.other:
  %finish.p0 = inttoptr i64 %finish to ptr
  %other = call ptr (ptr, ...) @PyObject_CallFunctionObjArgs(ptr %finish.p0, ptr %tuple, ptr null)
  call void @Py_DecRef(ptr %tuple)
  ret ptr %other
}

@nothing = internal constant i64 0

define ptr @enter(ptr %self, ptr %args, i64 %nargs, ptr %kwnames) {
entry:
  %status = alloca i64
  %head.p = getelementptr i8, ptr %self, i64 16
  %head = load ptr, ptr %head.p
FIELD(first, %head, 0)
FIELD(fallback, %head, 1)
FIELD(table.i, %head, 2)
FIELD(float.i, %head, 3)
  %table = inttoptr i64 %table.i to ptr
  %float.type = inttoptr i64 %float.i to ptr
  %array.p = getelementptr ptr, ptr %table, i64 2
  %array.type = load ptr, ptr %array.p
  %named = icmp ne ptr %kwnames, null
  br i1 %named, label %slow, label %try
try:
  %g = phi i64 [ %first, %entry ], [ %g.next, %miss ], [ %g.next, %guarded ]
  %none = icmp eq i64 %g, 0
  br i1 %none, label %slow, label %check
check:
  %G = inttoptr i64 %g to ptr
  %g.next = load i64, ptr %G
  %ok = call i64 @fits(ptr %G, ptr %args, i64 %nargs, ptr %array.type, ptr %float.type)
  %fits = icmp ne i64 %ok, 0
  br i1 %fits, label %go, label %miss
miss:
  br label %try
go:
  %out = call ptr @perform(ptr %G, ptr %args, ptr %status, ptr %table)
  %s = load i64, ptr %status
  %guard = icmp sgt i64 %s, 0
  br i1 %guard, label %guarded, label %give
guarded:
  br label %try
give:
  ret ptr %out
slow:
  %callable = inttoptr i64 %fallback to ptr
  %slow.out = call ptr @PyObject_Vectorcall(ptr %callable, ptr %args, i64 %nargs, ptr %kwnames)
  ret ptr %slow.out
}
