"""The text of the procedures that every law may take (core/laws/every_law.py): the engine's own, so it is no file.

In names and expressions SUBJECT is the law's register and RECORD the procedure's name of its record; TITLE is the title
of the register, STATES are all its states, DAYS and ARTICLE come from the law. What may be taken is taken by groups:
`notes` stand on a record until they are lifted, `notices` are served and may be complained about, `held` decides
between acts that met on a record unheard of each other.
"""

TEXT = """
held:
  procedures:
    decide_held_SUBJECT:
      title: {en: "Decision between acts that met: TITLE"}
      help:
        {en: "Offices acted on it unheard of each other. What the first did stands; for anything else act anew."}
      class: order
      changes: {subject: SUBJECT}
      in_state: {subject: STATES}
      signed_by: {all_of: [registrar, clerk], different_persons: true}
      when_unseen: order
      fields:
        basis: {type: document, max_mb: 20, visible: {roles: [registrar, notary]}, label: {en: Decision}}
        reasons: {type: text, max_chars: 1000, label: {en: Reasons}}
      effects: [{settle: subject}]
notes:
  registers:
    SUBJECT_note:
      title: {en: "Note: TITLE"}
      home: {with: subject}
      key: {entry_no: {type: number, visible: public, label: {en: Entry number}}}
      fields:
        subject: {type: record, of: SUBJECT, visible: public, label: {en: TITLE}}
        kind:
          {type: choice, of: [litigation, court_order, prohibition], visible: public, label: {en: Kind},
           labels: {litigation: {en: Court case}, court_order: {en: Order of a court}, prohibition: {en: Prohibition}}}
        by: {type: party, visible: public, label: {en: Court or authority}}
        said: {type: text, max_chars: 1000, label: {en: Said}}
        ended_by: {type: act, optional: true, visible: public, label: {en: Lifted by}}
      states:
        start: standing
        moves: {lift: {from: [standing], to: lifted}}
        labels: {standing: {en: Standing}, lifted: {en: Lifted}}
  procedures:
    note_litigation_SUBJECT:
      title: {en: "Note of a court case: TITLE"}
      help: {en: It forbids nothing; whoever acts on the record is warned.}
      class: decision
      reads: {subject: SUBJECT}
      creates: {note: SUBJECT_note}
      in_state: {subject: STATES}
      signed_by: {all_of: [registrar]}
      when_unseen: equal_rank
      fields:
        by: {type: party, visible: public, label: {en: Court}}
        said: {type: text, max_chars: 1000, label: {en: Case}}
        basis: {type: document, max_mb: 20, visible: {roles: [registrar, notary]}, label: {en: Basis}}
      effects: [{create: note, set: {subject: subject.id, kind: litigation, by: act.by, said: act.said}}]
      extract: SUBJECT_note
    enter_court_order_SUBJECT:
      title: {en: "Order of a court: TITLE"}
      help: {en: "What it orders is copied. Values change only by the procedure that the rules have for it."}
      class: order
      reads: {subject: SUBJECT}
      creates: {note: SUBJECT_note}
      in_state: {subject: STATES}
      signed_by: {all_of: [registrar]}
      when_unseen: equal_rank
      fields:
        by: {type: party, visible: public, label: {en: Court}}
        said: {type: text, max_chars: 1000, label: {en: Operative part}}
        basis: {type: document, max_mb: 20, visible: {roles: [registrar, notary]}, label: {en: Judgment}}
        in_force: {type: boolean, label: {en: In legal force}}
      requires:
        - {code: order-not-in-force, article: ARTICLE, outcome: refuse, of_every_law: true, rule: act.in_force,
           says: {en: The judgment is not in legal force.}}
      effects: [{create: note, set: {subject: subject.id, kind: court_order, by: act.by, said: act.said}}]
      extract: SUBJECT_note
    prohibit_SUBJECT:
      title: {en: "Prohibition: TITLE"}
      help: {en: "Until it is lifted, nothing but an order, and what has happened, is entered on the record."}
      class: order
      reads: {subject: SUBJECT}
      creates: {note: SUBJECT_note}
      in_state: {subject: STATES}
      signed_by: {all_of: [registrar]}
      when_unseen: equal_rank
      fields:
        by: {type: party, visible: public, label: {en: Court or authority}}
        said: {type: text, max_chars: 1000, label: {en: What is forbidden}}
        basis: {type: document, max_mb: 20, visible: {roles: [registrar, notary]}, label: {en: Order}}
      effects: [{create: note, set: {subject: subject.id, kind: prohibition, by: act.by, said: act.said}}]
      extract: SUBJECT_note
    lift_SUBJECT:
      title: {en: "Lifting of a note or prohibition: TITLE"}
      class: order
      changes: {note: SUBJECT_note}
      in_state: {note: [standing]}
      signed_by: {all_of: [registrar]}
      when_unseen: order
      fields:
        ground:
          {type: choice, of: [case_ended, order_lifted], visible: public, label: {en: Ground},
           labels: {case_ended: {en: The case has ended}, order_lifted: {en: Order of the court or authority}}}
        basis: {type: document, max_mb: 20, visible: {roles: [registrar, notary]}, label: {en: Basis}}
      requires:
        - {code: lifted-without-order, article: ARTICLE, outcome: refuse, of_every_law: true,
           rule: "note.kind != 'prohibition' || act.ground == 'order_lifted'",
           says: {en: Only the court or authority that imposed a prohibition lifts it.}}
      effects: [{move_state: note, move: lift}, {set: note.ended_by, to: act}]
      extract: SUBJECT_note
  indexes:
    SUBJECT_notes: {over: SUBJECT_note, by: [subject], max: 1000}
    SUBJECT_standing: {over: SUBJECT_note, by: [subject, kind], where: "SUBJECT_note.state == 'standing'", max: 100}
  extracts:
    SUBJECT_note:
      title: {en: Extract of a note}
      shows: [SUBJECT_note.entry_no, SUBJECT_note.state, SUBJECT_note.kind, SUBJECT_note.by, SUBJECT_note.said]
  conditions:
    - {code: prohibited, article: ARTICLE, outcome: refuse, of_every_law: true,
       rule: "count('SUBJECT_standing', {'subject': RECORD.id, 'kind': 'prohibition'}) == 0",
       says: {en: A court or authority forbids any change here.}}
    - {code: case-noted, article: ARTICLE, outcome: warn, of_every_law: true,
       rule: "count('SUBJECT_standing', {'subject': RECORD.id, 'kind': 'litigation'}) == 0",
       says: {en: A court case about this is noted.}}
notices:
  registers:
    SUBJECT_notice:
      title: {en: "Notification: TITLE"}
      home: {with: subject}
      key: {entry_no: {type: number, visible: public, label: {en: Entry number}}}
      fields:
        subject: {type: record, of: SUBJECT, visible: public, label: {en: TITLE}}
        to: {type: party, label: {en: Notified}}
        about: {type: act, optional: true, visible: public, label: {en: Decision}}
        said: {type: text, max_chars: 1000, label: {en: Said}}
        sent: {type: day, precision: day, visible: public, label: {en: Sent}}
        served: {type: day, precision: day, optional: true, visible: public, label: {en: Served}}
        complained: {type: day, precision: day, optional: true, visible: public, label: {en: Complaint of}}
        decision:
          {type: choice, of: [upheld, dismissed], optional: true, visible: public, label: {en: Decision on it},
           labels: {upheld: {en: Upheld}, dismissed: {en: Dismissed}}}
      states:
        start: sent
        moves:
          serve: {from: [sent], to: served}
          complain: {from: [sent, served], to: complained}
          decide: {from: [complained], to: decided}
        labels:
          {sent: {en: Sent}, served: {en: Served}, complained: {en: Under complaint}, decided: {en: Complaint decided}}
  procedures:
    notify_SUBJECT:
      title: {en: "Notification: TITLE"}
      class: decision
      reads: {subject: SUBJECT}
      creates: {notice: SUBJECT_notice}
      in_state: {subject: STATES}
      signed_by: {any_of: [registrar, clerk]}
      when_unseen: equal_rank
      fields:
        to: {type: party, label: {en: To}}
        about: {type: act, optional: true, visible: public, label: {en: Decision}}
        said: {type: text, max_chars: 1000, label: {en: Said}, help: {en: "With where, and until when, to complain."}}
        sent: {type: day, precision: day, visible: public, label: {en: Day}}
      effects:
        - {create: notice, set: {subject: subject.id, to: act.to, about: act.about, said: act.said, sent: act.sent}}
      extract: SUBJECT_notice
    note_service_SUBJECT:
      title: {en: "Service of a notification: TITLE"}
      help: {en: The term to complain runs from the day of service.}
      class: decision
      changes: {notice: SUBJECT_notice}
      in_state: {notice: [sent]}
      signed_by: {any_of: [registrar, clerk]}
      when_unseen: order
      fields:
        how: {type: choice, of: [in_person, by_post, by_publication], label: {en: How},
              labels: {in_person: {en: In person}, by_post: {en: By post}, by_publication: {en: By publication}}}
        served: {type: day, precision: day, visible: public, label: {en: Day of service}}
      requires:
        - {code: served-before-sent, article: ARTICLE, outcome: hold, of_every_law: true,
           rule: act.served >= notice.sent, says: {en: It is said to be served before it was sent.}}
      effects: [{move_state: notice, move: serve}, {set: notice.served, to: act.served}]
      extract: SUBJECT_notice
    complain_SUBJECT:
      title: {en: "Complaint: TITLE"}
      class: application
      changes: {notice: SUBJECT_notice}
      in_state: {notice: [sent, served]}
      signed_by: {any_of: [registrar, clerk, notary]}
      when_unseen: order
      fields:
        complaint: {type: document, max_mb: 20, label: {en: Complaint}}
        day: {type: day, precision: day, visible: public, label: {en: Handed in}}
      requires:
        - {code: complaint-late, article: ARTICLE, outcome: hold, of_every_law: true,
           rule: "!has(notice.served) || act.day <= add_days(notice.served, DAYS)",
           says: {en: "It was handed in more than DAYS days after the service: somebody competent decides."}}
      effects: [{move_state: notice, move: complain}, {set: notice.complained, to: act.day}]
      extract: SUBJECT_notice
    decide_complaint_SUBJECT:
      title: {en: "Decision on a complaint: TITLE"}
      help: {en: "Upheld, it changes nothing by itself: what is then to be entered has its own procedure."}
      class: order
      changes: {notice: SUBJECT_notice}
      in_state: {notice: [complained]}
      signed_by: {all_of: [registrar, clerk], different_persons: true}
      when_unseen: order
      fields:
        decision: {type: choice, of: [upheld, dismissed], visible: public, label: {en: Decision},
                   labels: {upheld: {en: Upheld}, dismissed: {en: Dismissed}}}
        reasons: {type: text, max_chars: 1000, label: {en: Reasons}}
      effects: [{move_state: notice, move: decide}, {set: notice.decision, to: act.decision}]
      extract: SUBJECT_notice
  indexes:
    SUBJECT_notices: {over: SUBJECT_notice, by: [subject], max: 1000}
  extracts:
    SUBJECT_notice:
      title: {en: Extract of a notification}
      shows: [SUBJECT_notice.entry_no, SUBJECT_notice.state, SUBJECT_notice.to, SUBJECT_notice.said,
              SUBJECT_notice.sent, SUBJECT_notice.served, SUBJECT_notice.complained, SUBJECT_notice.decision]
"""
