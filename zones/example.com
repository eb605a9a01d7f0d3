; The zone example.com, as an example of what a master file can say (RFC 1035 §5).
$TTL 3600
@       IN SOA  ns1 hostmaster (
                2026112101      ; serial
                2h              ; refresh
                30m             ; retry
                2w              ; expire
                5m )            ; how long "no such name" may be kept
        NS      ns1
        NS      ns2
        MX      10 mail
        MX      20 mail.example.net.
        TXT     "v=spf1 mx -all"
        CAA     0 issue "ca.example.net"
        A       203.0.113.10
        AAAA    2001:db8::10

ns1     A       203.0.113.1
        AAAA    2001:db8::1
ns2     A       203.0.113.2
mail    A       203.0.113.25
        AAAA    2001:db8::25

; The target of the service my-external-service in zones/cluster.local.
external 60     A       203.0.113.80
external 60     AAAA    2001:db8::80

www             CNAME   @
; Any depth below apps is one machine, but api is another.
*.apps          A       203.0.113.90
api.apps        A       203.0.113.91

_sip._tcp       SRV     10 60 5060 sip1
                SRV     20 0  5060 sip2.example.net.
sip1            A       203.0.113.60
svc             HTTPS   1 . alpn="h2,h3" ipv4hint=203.0.113.70
                A       203.0.113.70

; host1 to host4, at 203.0.113.101 to 104.
$GENERATE 1-4 host$ A 203.0.113.${100}

; The names of an old zone live on under a new one.
old             DNAME   example.net.

; Somebody else serves lab.
lab             NS      ns.lab
ns.lab          A       203.0.113.200
