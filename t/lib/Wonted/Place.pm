package Wonted::Place;
# A temporary folder with the processes that live in it. Whatever happens to the test - end, die,
# Ctrl-C - the processes that were started here are stopped by their pid, last one first, and the folder
# is removed (WONTED_KEEP=1 keeps it and says where it is).
use strict;
use warnings;
use File::Path ();
use File::Temp ();
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

# where Postfix and Dovecot are; Debian's users don't look there
$ENV{PATH} = join ':', grep { length } $ENV{PATH}, qw(/usr/local/sbin /usr/sbin /sbin);

our @places;    # those of this process, for the END block
my $owner = $$;

# new - make the folder; its path is short, because socket paths may have 107 bytes only. With
# {quiet} set, a failure does not show the logs
sub new {
	my ($class) = @_;
	my $base = $ENV{TMPDIR} && length $ENV{TMPDIR} < 30 && -d $ENV{TMPDIR} ? $ENV{TMPDIR} : '/tmp';
	my $dir = File::Temp::mkdtemp("$base/wonted-XXXXXX");
	chmod 0711, $dir;
	my $self = bless { dir => $dir, running => [], logs => [] }, $class;
	push @places, $self;
	return $self;
}

sub dir { $_[0]{dir} }
sub path { my ($self, @parts) = @_; return join '/', $self->{dir}, @parts }

# write - make a file in the folder (and the folders above it); returns its path
sub write {
	my ($self, $name, $text) = @_;
	my $file = $self->path($name);
	File::Path::make_path($file =~ s{/[^/]+\z}{}r);
	open my $f, '>', $file or die "$file: $!\n";
	print $f $text;
	close $f or die "$file: $!\n";
	return $file;
}

# start - run a program in the background, as leader of a process group; what it prints goes to LOG in
# the folder. Returns its pid
sub start {
	my ($self, $log, @command) = @_;
	$log = $self->path($log);
	push @{ $self->{logs} }, $log unless grep { $_ eq $log } @{ $self->{logs} };
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		POSIX::setsid();
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $log;
		open STDERR, '>&', \*STDOUT;
		exec { $command[0] } @command or print STDERR "$command[0]: $!\n";
		POSIX::_exit(127);
	}
	push @{ $self->{running} }, $pid;
	return $pid;
}

# adopt - see to the end of a process that the test forked itself
sub adopt { my ($self, $pid) = @_; push @{ $self->{running} }, $pid; return $pid }

# stop - end a process with SIGNAL (TERM), then KILL after SECONDS; true when it ended by itself
sub stop {
	my ($self, $pid, %o) = @_;
	@{ $self->{running} } = grep { $_ != $pid } @{ $self->{running} };
	kill $o{signal} // 'TERM', $pid or return 1;
	return 1 if wait_for(sub { gone($pid) }, $o{seconds} // 15);
	kill 'KILL', $pid;
	wait_for(sub { gone($pid) }, 5);
	return 0;
}

# gone - whether a process has ended (reaps it when it was ours); its exit status is in $?
sub gone {
	my ($pid) = @_;
	my $r = waitpid $pid, POSIX::WNOHANG();
	return 1 if $r == $pid;
	return !kill 0, $pid;
}

# wait_for - poll until CODE is true or SECONDS have passed; returns what CODE gave last
sub wait_for {
	my ($code, $seconds) = @_;
	my $until = time + ($seconds // 10);
	while (1) {
		my $answer = $code->();
		return $answer if $answer || time > $until;
		sleep 0.02;
	}
}

# free_ports - N ports of the loopback that nobody listens on
sub free_ports {
	my ($n) = @_;
	my @held = map {
		IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', ReuseAddr => 1)
		    or die "no free port: $!\n"
	} 1 .. $n;
	return map { $_->sockport } @held;
}

# read_file - all of a file, or '' where there is none
sub read_file {
	my ($file) = @_;
	open my $f, '<', $file or return '';
	local $/;
	return scalar(<$f>) // '';
}

# clean - stop what runs, show the ends of the logs when asked to, remove the folder
sub clean {
	my ($self, %o) = @_;
	kill 'TERM', @{ $self->{running} };
	$self->stop($_) for reverse @{ $self->{running} };
	if ($o{tell}) {
		for my $log (@{ $self->{logs} }) {
			my @lines = split /\n/, read_file($log);
			splice @lines, 0, -20 if @lines > 20;
			print STDERR "# $log\n", map { "#   $_\n" } @lines;
		}
	}
	if ($ENV{WONTED_KEEP} || $self->{keep}) {
		# in a namespace, other users' files would be beyond the reach of who looks at them later
		system 'chown', '-R', '0:0', $self->{dir} if $ENV{WONTED_NAMESPACE};
		print STDERR "# kept: $self->{dir}\n";
	} else {
		File::Path::remove_tree($self->{dir}, { safe => 0, error => \my $errors });
	}
	@places = grep { $_ != $self } @places;
}

# A signal must lead through END.
$SIG{$_} //= sub { exit 130 } for qw(INT TERM HUP);

END {
	if ($$ == $owner) {
		my $status = $?;
		my $failed = $status || ($INC{'Test/Builder.pm'} && !Test::Builder->new->is_passing);
		local @SIG{qw(INT TERM HUP)} = ('IGNORE') x 3;
		$_->clean(tell => $failed && !$_->{quiet}) for reverse @places;
		$? = $status;
	}
}

1;
