package staff

import (
	"maps"
	"slices"
)

// AuditAction is what was done, as an entry of the audit trail has it. The values are part of the
// hash of each entry: one that was ever recorded never changes.
type AuditAction string

// What is done to the firm and its data.
const (
	AuditFound       AuditAction = "found" // the firm was founded
	AuditChange      AuditAction = "change"
	AuditRegister    AuditAction = "register"          // under another application at Xero
	AuditRaiseNumber AuditAction = "raise next number" // past the numbers that Xero has
	AuditBackUp      AuditAction = "back up"
	AuditRestore     AuditAction = "restore"
	AuditRestored    AuditAction = "restored" // the database is found to be a copy: restored from a backup
	AuditCopied      AuditAction = "copied"   // the same, copied or moved as a file
	AuditCompare     AuditAction = "compare with Xero"
	AuditUnlock      AuditAction = "unlock" // a copy that was not compared with Xero
	AuditDenied      AuditAction = "denied" // for want of a permission
)

// What is done to clients and staff.
const (
	AuditAdd            AuditAction = "add"
	AuditArchive        AuditAction = "archive"
	AuditUnarchive      AuditAction = "take back" // out of the archive
	AuditDeactivate     AuditAction = "deactivate"
	AuditReactivate     AuditAction = "reactivate"
	AuditChangePassword AuditAction = "change password"
	AuditResetPassword  AuditAction = "reset password"
	AuditSignInFailed   AuditAction = "fail to sign in"
	AuditLockOut        AuditAction = "lock out" // after too many wrong passwords
)

// What is done to the connection to Xero.
const (
	AuditSignIn      AuditAction = "sign in" // at Xero
	AuditConnect     AuditAction = "connect"
	AuditDisconnect  AuditAction = "disconnect"
	AuditConnection  AuditAction = "connection" // it ended, or works again
	AuditMap         AuditAction = "map"
	AuditCheckXero   AuditAction = "check Xero" // what is assumed about it
	AuditMarks       AuditAction = "marks"      // whether they survive in Xero was learnt
	AuditExportTo    AuditAction = "export to"  // another organisation
	AuditLinkContact AuditAction = "link contact"

	AuditCreateContact AuditAction = "create contact" // asked to be
	AuditRefuseContact AuditAction = "refuse contact" // it is not the client's
)

// What is done to invoices here.
const (
	AuditWrite     AuditAction = "write"
	AuditEdit      AuditAction = "edit"
	AuditDuplicate AuditAction = "duplicate"
	AuditImport    AuditAction = "import"
	AuditFinalize  AuditAction = "finalize"
	AuditDraft     AuditAction = "draft" // taken back to draft, or asked to be
	AuditDelete    AuditAction = "delete"
	AuditHold      AuditAction = "hold" // an invoice, or the run of a member who is deactivated
	AuditRelease   AuditAction = "release"
	AuditRenumber  AuditAction = "renumber"
	AuditSee       AuditAction = "see" // what Xero warned of
	AuditReplace   AuditAction = "replace"
	AuditCopy      AuditAction = "copy"            // made in the place of a replaced one
	AuditTemplate  AuditAction = "template export" // written into Xero's sales invoice template
)

// What is done to exports, and to invoices in Xero.
const (
	AuditExport       AuditAction = "export"
	AuditConfirm      AuditAction = "confirm" // a run that waited for a person
	AuditCancelExport AuditAction = "cancel export"
	AuditSend         AuditAction = "send"
	AuditQueueAgain   AuditAction = "queue again" // what was provably not sent
	AuditLoseAnswer   AuditAction = "lose answer"
	AuditExportEnded  AuditAction = "export ended"
	AuditFind         AuditAction = "find in Xero"   // by its mark, after the database was copied
	AuditClaim        AuditAction = "claim in Xero"  // a person says that it is the invoice in Xero
	AuditDisown       AuditAction = "disown in Xero" // a person says that it is a different one
	AuditReadAgain    AuditAction = "read again"     // something has changed there
	AuditVoid         AuditAction = "void in Xero"   // asked to be
	AuditRemoved      AuditAction = "removed from Xero"
	AuditVoided       AuditAction = "voided in Xero"
	AuditStays        AuditAction = "stays in Xero"           // what was to be removed or voided
	AuditNote         AuditAction = "note in Xero"            // or why there is none
	AuditAttach       AuditAction = "printed invoice in Xero" // or why it is not attached
)

// auditKeys are the keys of the words for people.
var auditKeys = map[AuditAction]string{
	AuditAdd:            "audit.add",
	AuditArchive:        "audit.archive",
	AuditAttach:         "audit.attach",
	AuditBackUp:         "audit.back-up",
	AuditCancelExport:   "audit.cancel-export",
	AuditChange:         "audit.change",
	AuditChangePassword: "audit.change-password",
	AuditCheckXero:      "audit.check-xero",
	AuditClaim:          "audit.claim",
	AuditCompare:        "audit.compare",
	AuditConfirm:        "audit.confirm",
	AuditConnect:        "audit.connect",
	AuditConnection:     "audit.connection",
	AuditCopied:         "audit.copied",
	AuditCopy:           "audit.copy",
	AuditCreateContact:  "audit.create-contact",
	AuditDeactivate:     "audit.deactivate",
	AuditDelete:         "audit.delete",
	AuditDenied:         "audit.denied",
	AuditDisconnect:     "audit.disconnect",
	AuditDisown:         "audit.disown",
	AuditDraft:          "audit.draft",
	AuditDuplicate:      "audit.duplicate",
	AuditEdit:           "audit.edit",
	AuditExport:         "audit.export",
	AuditExportEnded:    "audit.export-ended",
	AuditExportTo:       "audit.export-to",
	AuditFinalize:       "audit.finalize",
	AuditFind:           "audit.find",
	AuditFound:          "audit.found",
	AuditHold:           "audit.hold",
	AuditImport:         "audit.import",
	AuditLinkContact:    "audit.link-contact",
	AuditLockOut:        "audit.lock-out",
	AuditLoseAnswer:     "audit.lose-answer",
	AuditMap:            "audit.map",
	AuditMarks:          "audit.marks",
	AuditNote:           "audit.note",
	AuditQueueAgain:     "audit.queue-again",
	AuditRaiseNumber:    "audit.raise-number",
	AuditReactivate:     "audit.reactivate",
	AuditReadAgain:      "audit.read-again",
	AuditRefuseContact:  "audit.refuse-contact",
	AuditRegister:       "audit.register",
	AuditRelease:        "audit.release",
	AuditRemoved:        "audit.removed",
	AuditRenumber:       "audit.renumber",
	AuditReplace:        "audit.replace",
	AuditResetPassword:  "audit.reset-password",
	AuditRestore:        "audit.restore",
	AuditRestored:       "audit.restored",
	AuditSee:            "audit.see",
	AuditSend:           "audit.send",
	AuditSignIn:         "audit.sign-in",
	AuditSignInFailed:   "audit.sign-in-failed",
	AuditStays:          "audit.stays",
	AuditTemplate:       "audit.template",
	AuditUnarchive:      "audit.unarchive",
	AuditUnlock:         "audit.unlock",
	AuditVoid:           "audit.void",
	AuditVoided:         "audit.voided",
	AuditWrite:          "audit.write",
}

// AuditActions returns every action, in no order.
func AuditActions() []AuditAction { return slices.Collect(maps.Keys(auditKeys)) }

// Key is the key under which translations have the words for the action; "" for one that this
// version does not know.
func (a AuditAction) Key() string { return auditKeys[a] }
