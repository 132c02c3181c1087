package Wonted::Redis;
# Private Redis servers, alone or as a cluster, on the loopback; and a client that speaks
# their protocol, for what a test does to them. Never the machine's own instance.
use strict;
use warnings;
use IO::Socket::INET;
use File::Path ();
use IO::Socket::UNIX;
use Time::HiRes qw(time);
use Wonted::Place;

# GLib's own allocator hands memory from thread to thread unseen by the thread sanitizer
$ENV{G_SLICE} = 'always-malloc';

# there - whether redis-server is installed
sub there { return scalar grep { -x "$_/redis-server" } split /:/, "$ENV{PATH}:/usr/sbin:/sbin" }

# new - write a configuration; nothing is started
#   name     of its folder;  port   of the loopback;  conf   more lines
#   data     a folder of its own for what it saves; a dump that lies there is loaded
#   password, user of the client here
sub new {
	my ($class, $place, %o) = @_;
	my $self = bless { place => $place, port => Wonted::Place::free_ports(1), %o }, $class;
	my $dir = $self->{dir} = $place->path($o{name});
	$place->write("$o{name}/redis.conf", <<"END" . ($o{conf} // ''));
bind 127.0.0.1
port $self->{port}
unixsocket $dir/sock
dir @{[ $o{data} // $dir ]}
daemonize no
save ""
appendonly no
enable-debug-command yes
END
	File::Path::make_path($o{data}) if $o{data};
	return $self;
}

sub port { $_[0]{port} }
sub address { "127.0.0.1:$_[0]{port}" }
sub socket { "$_[0]{dir}/sock" }

# start - returns when it answers (now: at once); more: words for its command line; seconds: to wait at most
sub start {
	my ($self, %o) = @_;
	$self->{pid} = $self->{place}->start("$self->{name}/log", 'redis-server', "$self->{dir}/redis.conf",
		@{ $o{more} // [] });
	delete $self->{client};
	return $self if $o{now};
	Wonted::Place::wait_for(sub { Wonted::Place::gone($self->{pid}) || eval { $self->do('PING'); 1 } }, $o{seconds} // 15);
	die "redis-server did not start\n" unless kill 0, $self->{pid};
	return $self;
}

# stop - end it (with KILL where asked for)
sub stop {
	my ($self, %o) = @_;
	delete $self->{client};
	my $pid = delete $self->{pid} or return;
	kill 'CONT', $pid;
	$self->{place}->stop($pid, signal => $o{signal} // 'TERM');
}

sub freeze { kill 'STOP', $_[0]{pid} }
sub thaw { kill 'CONT', $_[0]{pid} }

# do - one command; dies with the error it answers
sub do {
	my ($self, @word) = @_;
	my $r = eval { $self->try(@word) };
	if ($@) { delete $self->{client}; die $@ }
	die "$$r\n" if ref $r eq 'SCALAR';
	return $r;
}

# try - one command; an error answer is a reference to its text
sub try {
	my ($self, @word) = @_;
	my $c = $self->{client};
	if (!$c) {
		$c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 5)
		    or die "no connection to $self->{port}\n";
		$self->{client} = $c;
		$self->try('AUTH', $self->{user} // 'default', $self->{password}) if $self->{password};
	}
	print $c '*', scalar @word, "\r\n", map { '$' . length($_) . "\r\n$_\r\n" } @word;
	$c->flush;
	return answer($c);
}

sub answer {
	my ($c) = @_;
	my $line = <$c> // die "it hung up\n";
	$line =~ s/\r\n\z//;
	my ($kind, $rest) = (substr($line, 0, 1), substr($line, 1));
	return $rest if $kind eq '+' || $kind eq ':';
	return \$rest if $kind eq '-';
	return undef if $rest < 0;
	return [map { answer($c) } 1 .. $rest] if $kind eq '*';
	read $c, my $text, $rest + 2;
	return substr $text, 0, $rest;
}

# info - one number or word of INFO
sub info {
	my ($self, $section, $name) = @_;
	return $self->do('INFO', $section) =~ /^\Q$name\E:([^\r\n]*)/m ? $1 : undef;
}

# calls - how often a command was done (INFO commandstats)
sub calls {
	my ($self, $command) = @_;
	my $line = $self->info('commandstats', "cmdstat_$command") // return 0;
	return $line =~ /calls=(\d+)/ ? $1 : 0;
}

# reads - how often the server found something to read on a socket of a client
sub reads { return $_[0]->info('stats', 'total_reads_processed') }

# cluster - N masters and N replicas, joined, with all slots; returns them, masters first
#   alone    no replicas
#   data     a folder for what they save; a cluster that lies there is started again
sub cluster {
	my ($class, $place, $n, %o) = @_;
	my (@s, @port);
	my $again = $o{data} && -e "$o{data}/ports";
	@port = split ' ', Wonted::Place::read_file("$o{data}/ports") if $again;
	for my $i (0 .. ($o{alone} ? 1 : 2) * $n - 1) {
		push @port, (Wonted::Place::free_ports(1))[0] for @port .. 2 * $i + 1;
		my ($port, $bus) = @port[2 * $i, 2 * $i + 1];
		push @s, $class->new($place, name => "node$i", port => $port, $o{data} ? (data => "$o{data}/node$i") : (), conf => <<"END")->start(seconds => $again ? 900 : 15);
cluster-enabled yes
cluster-port $bus
cluster-node-timeout 1000
cluster-replica-validity-factor 0
cluster-require-full-coverage no
repl-diskless-sync-delay 0
END
		$s[-1]{bus} = $bus;
	}
	$_->{id} = $_->do('CLUSTER', 'MYID') for @s;
	if ($again) {
		settled(@s) or die "the cluster did not come up again\n";
		return @s;
	}
	for my $i (0 .. $n - 1) {
		my ($from, $to) = (int(16384 * $i / $n), int(16384 * ($i + 1) / $n) - 1);
		$s[$i]->do('CLUSTER', 'ADDSLOTSRANGE', $from, $to);
		$s[$i]->do('CLUSTER', 'SET-CONFIG-EPOCH', $i + 1);
	}
	$s[0]->do('CLUSTER', 'MEET', '127.0.0.1', $_->port, $_->{bus}) for @s[1 .. $#s];
	for my $i ($n .. $#s) {
		my $master = $s[$i - $n];
		Wonted::Place::wait_for(sub { eval { $s[$i]->do('CLUSTER', 'REPLICATE', $master->{id}) } }, 30)
		    or die "a replica does not find its master\n";
	}
	settled(@s) or die "the cluster did not come up\n";
	if ($o{data}) {
		open my $f, '>', "$o{data}/ports" or die "$o{data}/ports: $!\n";
		print $f "@port\n";
		close $f;
	}
	return @s;
}

# settled - wait until all nodes say that the cluster is well and replicas are in step
sub settled {
	my (@s) = @_;
	return Wonted::Place::wait_for(sub {
		for my $s (@s) {
			return 0 unless ($s->do('CLUSTER', 'INFO') =~ /cluster_state:ok/)
			    && $s->do('CLUSTER', 'INFO') =~ /cluster_slots_ok:16384/
			    && ($s->info('replication', 'role') eq 'master'
				|| $s->info('replication', 'master_link_status') eq 'up');
			my $nodes = $s->do('CLUSTER', 'NODES');
			return 0 if @{[ $nodes =~ /^\S+ \S+ (?!.*noaddr).*connected/mg ]} < @s;
		}
		return 1;
	}, 60);
}

# --- the reader: build/MODE/t/lib/store_reader over a URL ---
package Wonted::Redis::Reader;
use IPC::Open2;
use Wonted::Daemon;

sub program { return Wonted::Daemon::build_dir() . '/t/lib/store_reader' }

sub new {
	my ($class, $place, $url) = @_;
	my $self = bless { url => $url }, $class;
	my $errors = $place->path('reader.log');
	my $program = program();
	$self->{pid} = open2($self->{out}, $self->{in}, 'sh', '-c', 'exec "$1" "$2" 2>>"$3"', 'sh',
		$program, $url, $errors);
	$place->adopt($self->{pid});
	$self->{log} = $errors;
	my $line = readline $self->{out};
	die "$url: $line" unless ($line // '') eq "open\n";
	return $self;
}

sub log { return Wonted::Place::read_file($_[0]{log}) }

# tell - a command; its answer
sub tell {
	my ($self, @words) = @_;
	print { $self->{in} } "@words\n";
	$self->{in}->flush;
	my $line = readline $self->{out};
	die "the reader is gone: " . $self->log unless defined $line;
	chomp $line;
	return $line;
}

# overloaded - more runs on this machine than its processors can do: a server may get no turn for a while,
# however soon those are woken who only slept
sub overloaded {
	open my $now, '<', '/proc/loadavg' or return 0;
	my ($load) = split ' ', <$now>;
	open my $stat, '<', '/proc/stat' or return 0;
	my $processors = grep { /^cpu\d/ } <$stat>;
	return $load > 2 * $processors;
}

# count - a command that answers with counts; jitter_us says how far times can be trusted
sub count {
	my ($self, @words) = @_;
	my %count = $self->tell(@words ? @words : 'count') =~ /(\w+)=(-?\d+)/g;
	$count{jitter_us} = 100_000 if overloaded() && ($count{jitter_us} // 0) < 100_000;
	return \%count;
}

# watch - what is seen in so many seconds and, on a machine where little happens in them, until enough was seen (a
# function of the counts)
sub watch {
	my ($self, $seconds, $enough) = @_;
	my ($begin, %sum) = (Time::HiRes::time());
	while (1) {
		select undef, undef, undef, $seconds;
		my $c = $self->count;
		for (keys %$c) { $sum{$_} = /_us$/ ? ($c->{$_} > ($sum{$_} // 0) ? $c->{$_} : $sum{$_} // 0) : ($sum{$_} // 0) + $c->{$_} }
		return \%sum if !$enough || $enough->(\%sum) || Time::HiRes::time() > $begin + 20;
	}
}

# answered - all was answered, or this machine was too busy to tell
sub answered {
	my ($c) = @_;
	return $c->{none} + $c->{part} == 0 || busy($c);
}

# busy - does the machine hold up those who only slept?
sub busy { return $_[0]{jitter_us} > 20_000 }

# quit - true when it ended as it should
sub quit {
	my ($self) = @_;
	print { $self->{in} } "quit\n";
	close $self->{in};
	waitpid $self->{pid}, 0;
	return $? == 0;
}

1;
