package Wonted::Clamd;
# A clamd that does what a test says, in a process of its own: on a unix socket or loopback.
#
#   my $c = Wonted::Clamd->new($place);            # unix:PATH
#   my $c = Wonted::Clamd->new($place, inet => 1); # inet:PORT@127.0.0.1
#   $c->socket; $c->stop;
#
# What it answers is chosen by a word in the message: EICAR - found; PUA - only suspected;
# BROKEN - an error; HANG - nothing, for long; HALF - half an answer, and the connection ends;
# GARBAGE - something else; CLOSE - it ends without an answer; EARLY - an error before all was
# told, as when a size limit is reached. Else OK. What it was told lies in the file "told".
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Wonted::Place;

sub new {
	my ($class, $place, %o) = @_;
	my $path = $place->path('clamd.sock');
	my $self = bless { told => $place->path('told') }, $class;
	my $listen = $o{inet} ? IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 20, ReuseAddr => 1)
	    : IO::Socket::UNIX->new(Local => $path, Listen => 20);
	die "cannot listen: $!" unless $listen;
	$self->{socket} = $o{inet} ? 'inet:' . $listen->sockport . '@127.0.0.1' : "unix:$path";
	$self->{pid} = fork // die "fork: $!";
	return $self if $self->{pid};
	setpgrp 0, 0; # whoever still sleeps ends with it
	local $SIG{CHLD} = 'IGNORE';
	local $SIG{TERM} = sub { exit 0 };
	while (my $c = $listen->accept) {
		next if fork;
		serve($self, $c);
		exit 0;
	}
	exit 0;
}

sub socket { return $_[0]{socket} }

sub exactly {
	my ($c, $n) = @_;
	my $got = '';
	while (length $got < $n) { my $r = sysread $c, $got, $n - length $got, length $got; return undef unless $r }
	return $got;
}

# the message of INSTREAM; undef: it was not asked as clamd is
sub take {
	my ($c) = @_;
	my $command = exactly($c, 10) // return undef;
	return undef unless $command eq "zINSTREAM\0";
	my $all = '';
	while (1) {
		my $n = unpack 'N', exactly($c, 4) // return undef;
		return $all if $n == 0;
		$all .= exactly($c, $n) // return undef;
		return $all if $all =~ /EARLY/;
	}
}

sub serve {
	my ($self, $c) = @_;
	my $all = take($c) // 'GARBAGE';
	open my $out, '>', $self->{told}; print $out $all; close $out;
	sleep 600 if $all =~ /HANG/;
	return if $all =~ /CLOSE/;
	my $answer = $all =~ /EICAR/ ? 'stream: Win.Test.EICAR_HDB-1 FOUND' : $all =~ /PUA/ ? 'stream: PUA.Win.Packer.X-1 FOUND'
	    : $all =~ /BROKEN/ ? "stream: Can't allocate memory ERROR" : $all =~ /EARLY/ ? 'INSTREAM size limit exceeded. ERROR'
	    : $all =~ /GARBAGE/ ? "UNKNOWN \x1b[2J COMMAND" : $all =~ /HALF/ ? 'stream: O' : 'stream: OK';
	syswrite $c, $answer . ($all =~ /HALF/ ? '' : "\0");
}

sub stop { my ($self) = @_; return unless $self->{pid}; kill TERM => -$self->{pid}, $self->{pid}; waitpid $self->{pid}, 0; delete $self->{pid} }
sub DESTROY { local ($?, $!, $@); $_[0]->stop }
1;
